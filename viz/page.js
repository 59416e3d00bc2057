// Neither an ampersand nor an opening angle bracket: the page is well-formed XML too.
"use strict";
(function () {
  var stage = document.getElementById("stage");
  var svg = stage.querySelector("svg");
  var whole = svg.getAttribute("viewBox").split(" ").map(Number);
  var view = whole.slice();
  svg.removeAttribute("width");
  svg.removeAttribute("height");

  function show() { svg.setAttribute("viewBox", view.join(" ")); }

  // A small picture is shown at its own size, a large one as a whole.
  function fit() {
    var w = Math.max(whole[2], stage.clientWidth), h = Math.max(whole[3], stage.clientHeight);
    view = [whole[0] - (w - whole[2]) / 2, whole[1] - (h - whole[3]) / 2, w, h];
    show();
  }

  function perPixel() { return Math.max(view[2] / stage.clientWidth, view[3] / stage.clientHeight); }

  function enlarge(factor, x, y) {
    var w = view[2] / factor;
    if (40 > w || w > 60 * whole[2]) { return; }
    view = [x - (x - view[0]) / factor, y - (y - view[1]) / factor, w, view[3] / factor];
    show();
  }

  function spot(event) {
    var box = stage.getBoundingClientRect(), k = perPixel();
    return [view[0] + view[2] / 2 + (event.clientX - box.left - box.width / 2) * k,
      view[1] + view[3] / 2 + (event.clientY - box.top - box.height / 2) * k];
  }

  function move(dx, dy) {
    view[0] += dx * perPixel();
    view[1] += dy * perPixel();
    show();
  }

  stage.addEventListener("wheel", function (event) {
    event.preventDefault();
    var at = spot(event);
    enlarge(Math.exp(-event.deltaY / 400), at[0], at[1]);
  }, { passive: false });

  var from = null;
  stage.addEventListener("pointerdown", function (event) {
    from = [event.clientX, event.clientY];
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", function (event) {
    if (!from) { return; }
    move(from[0] - event.clientX, from[1] - event.clientY);
    from = [event.clientX, event.clientY];
  });
  stage.addEventListener("pointerup", function () { from = null; });
  stage.addEventListener("pointercancel", function () { from = null; });

  var keys = {
    "+": function () { enlarge(1.25, view[0] + view[2] / 2, view[1] + view[3] / 2); },
    "-": function () { enlarge(0.8, view[0] + view[2] / 2, view[1] + view[3] / 2); },
    "0": fit,
    ArrowLeft: function () { move(-60, 0); }, ArrowRight: function () { move(60, 0); },
    ArrowUp: function () { move(0, -60); }, ArrowDown: function () { move(0, 60); }
  };
  keys["="] = keys["+"];
  var payload = document.getElementById("payload");
  if (payload) {
    keys.p = function () {
      payload.setAttribute("aria-pressed", String(!document.body.classList.toggle("bare")));
    };
    payload.addEventListener("click", keys.p);
  }
  stage.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) { return; }
    event.preventDefault();
    keys[event.key]();
  });
  window.addEventListener("resize", fit);
  fit();
})();
