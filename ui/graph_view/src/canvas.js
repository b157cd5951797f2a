// The canvas: draws entities and links, keeps every node where it stands, and tells what a person did.
//
// Invariant: what is drawn is what the page sent (compared by id, so that unchanged nodes are not touched);
// places belong to the browser. A gesture is told once: {action, ids}.

import cytoscape from "cytoscape";
import fcose from "cytoscape-fcose";

cytoscape.use(fcose);

const DOUBLE_MS = 260;
const LABELLED_LINKS = 16; // above this many links their labels only show on hover and selection
const CLOSEST = 1.3;
const STILL = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const drawn = new WeakMap();

const STYLE = [
  {
    selector: "node",
    style: {
      width: "data(size)", height: "data(size)", shape: "data(shape)", "background-color": "data(colour)",
      label: "data(caption)", "font-size": 11, "font-family": "Source Sans Pro, sans-serif", color: "#1a1a1a",
      "text-valign": "bottom", "text-margin-y": 4, "text-wrap": "wrap", "text-max-width": 120,
      "text-background-color": "#ffffff", "text-background-opacity": 0.75, "text-background-padding": 1,
      "border-width": 1, "border-color": "#ffffff",
    },
  },
  {
    selector: "edge",
    style: {
      width: "data(width)", "line-color": "#b3bcc6", "target-arrow-color": "#b3bcc6", "target-arrow-shape": "triangle",
      "arrow-scale": 0.8, "curve-style": "bezier", "control-point-step-size": 24, "font-size": 9, color: "#4a5560",
      "text-rotation": "autorotate", "text-background-color": "#ffffff", "text-background-opacity": 0.85,
    },
  },
  { selector: "edge.labelled, edge:selected, edge.near", style: { label: "data(caption)" } },
  { selector: "edge.near", style: { "line-color": "#5b7083", "target-arrow-color": "#5b7083" } },
  { selector: "edge[status = 'alleged']", style: { "line-style": "dotted" } },
  { selector: "edge[status = 'possibly_same']", style: { "line-style": "dashed" } },
  { selector: ".outside", style: { opacity: 0.14 } },
  { selector: "node:selected, node.open", style: { "border-width": 4, "border-color": "#111111" } },
];

export default function ({ data, parentElement, setTriggerValue }) {
  const box = parentElement.querySelector(".canvas");
  box.style.height = `${data.height}px`;
  let view = drawn.get(parentElement);
  if (!view) {
    view = start(box, parentElement.querySelector(".menu"));
    drawn.set(parentElement, view);
  }
  view.tell = (action, ids) => setTriggerValue("gesture", { action, ids });
  update(view.cy, data);
}

function start(box, menu) {
  const cy = cytoscape({ container: box, style: STYLE, wheelSensitivity: 0.4, maxZoom: 3, minZoom: 0.1 });
  const view = { cy, tell: () => {} };
  let waiting = 0;
  cy.on("tap", "node", ({ target, originalEvent }) => {
    if (originalEvent.shiftKey) return; // shift collects; the page is told of one that is opened
    clearTimeout(waiting);
    waiting = setTimeout(() => view.tell("select", [target.id()]), DOUBLE_MS);
  });
  cy.on("dbltap", "node", ({ target }) => {
    clearTimeout(waiting);
    view.tell("expand", [target.id()]);
  });
  cy.on("tap", "edge", ({ target }) => view.tell("open_link", [target.source().id(), target.data("link"), target.target().id()]));
  cy.on("mouseover", "node", ({ target }) => target.connectedEdges().addClass("near"));
  cy.on("mouseout", "node", ({ target }) => target.connectedEdges().removeClass("near"));
  cy.on("cxttap", "node", ({ target, renderedPosition }) => openMenu(view, menu, target, renderedPosition));
  cy.on("tap pan zoom", () => { menu.hidden = true; });
  box.addEventListener("contextmenu", (event) => event.preventDefault());
  box.addEventListener("keydown", (event) => {
    const chosen = cy.$("node:selected").map((node) => node.id());
    if (event.key === "Delete" && chosen.length) view.tell("hide", chosen);
    if (event.key === "Enter" && chosen.length === 1) view.tell("expand", chosen);
    if (event.key === "Escape") menu.hidden = true;
  });
  new ResizeObserver(() => cy.resize()).observe(box);
  return view;
}

function openMenu(view, menu, node, at) {
  const many = view.cy.$("node:selected");
  const ids = many.length > 1 && many.contains(node) ? many.map((one) => one.id()) : [node.id()];
  const entries = [["Expand", "expand", [node.id()]], ["Open page", "page", [node.id()]], ["Hide", "hide", ids]];
  if (ids.length === 2) entries.push(["Paths between the two", "path", ids]);
  menu.replaceChildren(
    ...entries.map(([words, action, whom]) => {
      const button = document.createElement("button");
      button.textContent = words;
      button.onclick = () => { menu.hidden = true; view.tell(action, whom); };
      return button;
    }),
  );
  menu.style.left = `${at.x}px`;
  menu.style.top = `${at.y}px`;
  menu.hidden = false;
  menu.firstChild.focus();
}

function update(cy, { nodes, edges, selected }) {
  const wanted = new Map([...nodes, ...edges].map((element) => [element.id, element]));
  const old = cy.nodes().filter((node) => wanted.has(node.id()));
  const newcomers = nodes.filter((node) => cy.getElementById(node.id).empty());
  cy.batch(() => {
    cy.elements().filter((element) => !wanted.has(element.id())).remove();
    cy.add(newcomers.map((node) => ({ group: "nodes", data: node, position: beside(cy, node, edges) })));
    for (const edge of edges) {
      const there = cy.getElementById(edge.id);
      if (there.empty()) cy.add({ group: "edges", data: edge });
      else there.data(edge);
    }
    for (const node of nodes) cy.getElementById(node.id).data(node);
    cy.edges().toggleClass("labelled", edges.length <= LABELLED_LINKS);
    cy.edges().forEach((edge) => { edge.toggleClass("outside", edge.data("outside")); });
    cy.nodes().forEach((node) => {
      const links = node.connectedEdges();
      node.toggleClass("outside", links.nonempty() && links.every((edge) => edge.hasClass("outside")));
      node.toggleClass("open", node.id() === selected);
    });
  });
  cy.resize();
  if (newcomers.length) settle(cy, old);
}

// A newcomer starts at its neighbour's side, on a turn of its own, so that the layout has little to untangle.
function beside(cy, node, edges) {
  const link = edges.find((edge) => (edge.source === node.id ? cy.getElementById(edge.target) : edge.target === node.id ? cy.getElementById(edge.source) : cy.collection()).nonempty());
  const near = link ? cy.getElementById(link.source === node.id ? link.target : link.source) : cy.collection();
  const centre = near.nonempty() ? near.position() : { x: 0, y: 0 };
  const turn = [...node.id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 6283, 7) / 1000;
  return { x: centre.x + 130 * Math.cos(turn), y: centre.y + 130 * Math.sin(turn) };
}

// The layout moves newcomers only: what stands is locked, since the layout counts labels and would shift it by theirs.
function settle(cy, old) {
  old.lock();
  cy.layout({
    name: "fcose", quality: "proof", randomize: false, animate: !STILL && old.nonempty(), animationDuration: 350,
    fit: false, nodeSeparation: 110, idealEdgeLength: 120, nodeRepulsion: 14000, nodeDimensionsIncludeLabels: true,
    fixedNodeConstraint: old.map((node) => ({ nodeId: node.id(), position: { ...node.position() } })),
    stop: () => {
      old.unlock();
      show(cy);
    },
  }).run();
}

// Keep the view when everything is in it; else fit all, but never so close that three nodes fill the screen.
function show(cy) {
  const all = cy.elements().boundingBox();
  const seen = cy.extent();
  const within = all.x1 >= seen.x1 && all.x2 <= seen.x2 && all.y1 >= seen.y1 && all.y2 <= seen.y2;
  if (within && cy.nodes().length > 1 && all.w * cy.zoom() > cy.width() / 4) return;
  cy.fit(cy.elements(), 40);
  if (cy.zoom() > CLOSEST) {
    cy.zoom(CLOSEST);
    cy.center(cy.elements());
  }
}
