"use strict";
(function () {
  var path = [];      // option numbers from the start to here
  var ahead = [];     // those that "back" has undone, the next one last
  var current = null; // the answer of the server for path
  var chosen = 0;     // the step that Enter takes
  var runs = [];
  var nextRun = 0;
  var pictures = {};  // machine number → promise of an svg element
  var wanted = 0;     // the newest request; answers to older ones are dropped

  function el(id) { return document.getElementById(id); }

  function make(tag, text, className) {
    var e = document.createElement(tag);
    if (text !== undefined) { e.textContent = text; }
    if (className) { e.className = className; }
    return e;
  }

  // ask resolves to what the server answers; a failure is shown where the verdict stands.
  function ask(url) {
    return fetch(url).then(function (r) {
      if (r.ok) { return r.json(); }
      return r.text().then(function (text) { throw new Error(text); });
    });
  }

  function complain(error) {
    el("verdict").textContent = error.message;
    el("verdict").className = "stuck";
  }

  // drawing turns text into an svg element. It is parsed as XML, so nothing in it runs.
  function drawing(text) {
    return document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
  }

  function picture(number) {
    if (!pictures[number]) { pictures[number] = ask("machine?number=" + number).then(drawing); }
    return pictures[number].then(function (svg) { return svg.cloneNode(true); });
  }

  function hash() { return path.join("."); }

  function go(newPath, newAhead, record) {
    path = newPath;
    ahead = newAhead;
    if (record && location.hash.slice(1) !== hash()) { history.pushState(null, "", "#" + hash()); }
    var request = ++wanted;
    return ask("state?path=" + encodeURIComponent(hash())).then(function (view) {
      if (request !== wanted) { return; }
      current = view;
      chosen = view.steps.findIndex(function (s) { return !s.fails; });
      show();
    }).catch(complain);
  }

  function take(i) {
    var step = current && current.steps[i];
    if (!step || step.fails || current.path !== hash()) { return; } // the last one must be answered first: its steps are not these
    var same = ahead.length > 0 && ahead[ahead.length - 1] === String(step.option);
    go(path.concat(String(step.option)), same ? ahead.slice(0, -1) : [], true);
  }

  function back() {
    if (path.length > 0) { go(path.slice(0, -1), ahead.concat(path[path.length - 1]), true); }
  }

  function forth() {
    if (ahead.length > 0) { go(path.concat(ahead[ahead.length - 1]), ahead.slice(0, -1), true); }
  }

  function start() {
    if (path.length > 0) { go([], ahead.concat(path.slice().reverse()), true); }
  }

  function jump(i) {
    if (runs.length === 0) { return; }
    nextRun = i + 1;
    el("runs").value = String(i);
    go(runs[i].path === "" ? [] : runs[i].path.split("."), [], true);
  }

  function choose(i) {
    if (!current || current.steps.length === 0) { return; }
    chosen = (i + current.steps.length) % current.steps.length;
    showSteps();
    el("steps").children[chosen].firstChild.focus();
  }

  function showSteps() {
    el("steps").replaceChildren.apply(el("steps"), current.steps.map(function (step, i) {
      var button = make("button", (i < 9 ? (i + 1) + "  " : "") + step.instance + " " + step.text + (step.fails ? ": " + step.fails : ""));
      button.type = "button";
      button.disabled = step.fails !== "";
      button.className = (i === chosen ? "chosen " : "") + (step.fails ? "fails" : "");
      button.appendChild(make("span", step.at, "at"));
      button.addEventListener("click", function () { take(i); });
      var item = make("li");
      item.appendChild(button);
      return item;
    }));
  }

  function showQueues() {
    var rows = (current.queues || []).map(function (q) {
      var row = make("tr");
      [q.from, q.to, q.channel, q.messages.join(", ") + "  (" + q.messages.length + " of " + q.capacity + ")"].forEach(function (text) { row.appendChild(make("td", text)); });
      return row;
    });
    if (rows.length === 0) {
      var row = make("tr"), cell = make("td", "all empty");
      cell.colSpan = 4;
      row.appendChild(cell);
      rows.push(row);
    }
    el("queues").replaceChildren.apply(el("queues"), rows);
  }

  function card(c) {
    var box = make("article", undefined, "card" + (c.nodes.length === 0 ? " over" : ""));
    box.dataset.instance = c.instance;
    var title = make("h3", c.instance);
    title.appendChild(make("span", c.name));
    title.appendChild(make("span", c.status || "over"));
    box.appendChild(title);
    if (c.waits && c.waits.length) { box.appendChild(make("p", "waits for " + c.waits.join(" or "))); }
    if (c.vars && c.vars.length) { box.appendChild(make("p", c.vars.join(", "))); }
    if (c.at) { box.appendChild(make("p", c.at)); }
    if (c.machine >= 0) {
      var frame = make("div", undefined, "machine");
      frame.tabIndex = 0;
      frame.setAttribute("role", "region");
      frame.setAttribute("aria-label", "machine of " + c.instance);
      box.appendChild(frame);
      picture(c.machine).then(function (svg) {
        frame.replaceChildren(svg);
        c.nodes.forEach(function (id, i) {
          var node = svg.querySelector("#" + id);
          if (!node) { return; }
          node.classList.add("here");
          if (i > 0) { return; }
          var at = node.getBoundingClientRect(), in_ = frame.getBoundingClientRect();
          frame.scrollLeft += at.left + at.width / 2 - in_.left - in_.width / 2;
          frame.scrollTop += at.top + at.height / 2 - in_.top - in_.height / 2;
        });
      }).catch(complain);
    }
    return box;
  }

  function show() {
    document.title = "explore " + current.system;
    el("system").textContent = current.system;
    el("where").textContent = path.length === 0 ? "at the start" : "after " + path.length + (path.length === 1 ? " step: " : " steps: ") + current.last;
    el("back").disabled = el("start").disabled = path.length === 0;
    el("forth").disabled = ahead.length === 0;
    el("verdict").textContent = current.verdict + (current.wait && current.wait.length ? " Who waits for whom: " + current.wait.join(" → ") + "." : "");
    el("verdict").className = current.stuck ? "stuck" : "";
    showSteps();
    showQueues();
    el("components").replaceChildren.apply(el("components"), current.components.map(card));
    el("chart").replaceChildren(drawing(current.chart));
    el("chart").scrollTop = el("chart").scrollHeight;
    document.body.dataset.path = hash();
  }

  var keys = {
    ArrowLeft: back, ArrowRight: forth, Home: start,
    ArrowDown: function () { choose(chosen + 1); }, ArrowUp: function () { choose(chosen - 1); },
    Enter: function () { take(chosen); },
    d: function () { jump(nextRun % Math.max(1, runs.length)); }
  };
  document.addEventListener("keydown", function (event) {
    var inside = event.target.closest && event.target.closest("select, .machine, #chart");
    if (inside || event.ctrlKey || event.metaKey || event.altKey) { return; }
    var action = keys[event.key] || keys[event.key.toLowerCase()];
    if (!action && event.key >= "1" && event.key <= "9") { action = function () { take(Number(event.key) - 1); }; }
    if (!action || (event.key === "Enter" && event.target.tagName === "BUTTON")) { return; } // a button with the focus is pressed by the browser
    event.preventDefault();
    action();
  });
  el("back").addEventListener("click", back);
  el("forth").addEventListener("click", forth);
  el("start").addEventListener("click", start);
  el("runs").addEventListener("change", function () { if (el("runs").value !== "") { jump(Number(el("runs").value)); } });

  function fromLink() {
    var text = location.hash.slice(1);
    if (text !== hash() || current === null) { go(text === "" ? [] : text.split("."), [], false); }
  }
  window.addEventListener("popstate", fromLink);
  fromLink();

  ask("runs").then(function (found) {
    runs = found || [];
    var options = [make("option", runs.length === 0 ? "no counterexample" : "jump to …")];
    options[0].value = "";
    runs.forEach(function (r, i) {
      var o = make("option", r.name);
      o.value = String(i);
      options.push(o);
    });
    el("runs").replaceChildren.apply(el("runs"), options);
    el("runs").disabled = runs.length === 0;
    document.body.dataset.runs = String(runs.length);
  }).catch(complain);
})();
