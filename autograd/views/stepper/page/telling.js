// What is said about a step: the chain rule with names, with the formula of the partial, and with numbers.
// createTeller(data, nodes, passes) returns sentences(state), which gives the paragraphs for one position.

function createTeller(data, nodes, passes) {
  const number = cell => Number(cell);
  // As in explain: d for the gradient of the output, ∂ for the local partial of one operation.
  const gradientName = node => `d${atom(data.nodeName)}/d${atom(node.name)}`;

  function sentences(state) {
    const {order, position, now} = state;
    const paragraph = (name, ...parts) => element("p", {class: name}, ...parts);
    if (position === 0) return [paragraph("what", {
      forward: "Before the forward pass only the given numbers are known.",
      topological: `Before the backward pass no gradient is known. Each node will hand its gradient on only when it is complete.`,
      naive: "The naive order: each node hands its gradient on at once, and again whenever it is reached, without waiting.",
    }[order])];
    if (order === "forward") return forwardSentences(state, paragraph);
    if (!now) return [
      paragraph("what", `The output's own gradient is the start of every chain.`),
      paragraph("rule", `${gradientName(nodes[data.output])} = 1`)];
    return [...backwardSentences(state, paragraph), ...(position === state.last && !state.hidden ? [paragraph("what", ending(state))] : [])];
  }

  function forwardSentences({now, hidden}, paragraph) {
    const node = nodes[now.node], result = hidden ? "?" : format(number(now.data));
    return [
      paragraph("what", `${node.name} is computed: ${now.operation}`),
      paragraph("rule", `${node.name} = ${now.formula}`),
      paragraph("rule numbers", "= ", now.numbers, now.numbers === result ? "" : " = ", now.numbers === result ? "" : mark("result", result))];
  }

  function backwardSentences({now, hidden, order, position}, paragraph) {
    const node = nodes[now.node], operand = nodes[now.operand];
    const [incoming, partial, contribution, before, after] =
      [now.incoming, now.partial, now.contribution, now.before, now.after].map(cell => format(number(cell)));
    const again = passes[order].steps.slice(0, position - 2).filter(each => each.operand === now.operand).length;
    const local = `∂${atom(node.name)}/∂${atom(operand.name)}${which(now, node)}`;
    return [
      paragraph("what", `${node.name} hands its gradient on to ${operand.name}` + (now.operation ? `, through ${now.operation}` : "")),
      paragraph("rule", `${gradientName(operand)} ${again ? "+=" : "="} `, mark("incoming", gradientName(node)), " · ", mark("partial", local)),
      paragraph("rule local", "with ", mark("partial", `${local} = ${now.formula || "what your _backward hands on"}`),
        now.formula === partial ? "" : ` = ${partial}`),
      paragraph("rule numbers", "= ", mark("incoming", bracket(incoming)), " · ", mark("partial", bracket(partial)),
        " = ", mark("result", hidden ? "?" : contribution)),
      paragraph("sum", again || now.before ? `Running sum: ${before} + ${hidden ? "?" : bracket(contribution)} = ${hidden ? "?" : after}`
        : `Running sum: ${hidden ? "?" : after}`, waiting({now, order, position}))];
  }

  // Where a node uses a number more than once, as in x * x, each use has a partial of its own.
  function which(step, node) {
    if (node.operands.filter(each => each === step.operand).length === 1) return "";
    const place = step.position + 1, digit = place % 100 > 10 && place % 100 < 14 ? 0 : place % 10;
    return ` (${place}${["th", "st", "nd", "rd"][digit] || "th"} operand)`;
  }

  function waiting({now, order, position}) {
    const steps = passes[order].steps;
    const left = steps.slice(position - 1).filter(each => each.operand === now.operand).length;
    if (order === "naive") return left ? "" : " (the last contribution)";
    return left ? ` (waits for ${left} more)` : " (complete)";
  }

  function ending({order, isWrong}) {
    const bad = nodes.filter(isWrong);
    if (order !== "naive") return "Done: every gradient is complete." + (nodes.some(node => node.not_taken.length)
      ? " Nothing flows along the dashed edges: the operation did not select these operands." : "");
    if (!bad.length) return "Done. In this graph the naive order happens to be right: no node is reached twice.";
    return `Done, and wrong for ${bad.map(node => `${node.name} (the true gradient is ${format(number(node.gradient))})`).slice(0, 5).join(", ")}` +
      `${bad.length > 5 ? " and others" : ""}: nodes handed on gradients before they were complete, and then again.`;
  }

  return sentences;
}
