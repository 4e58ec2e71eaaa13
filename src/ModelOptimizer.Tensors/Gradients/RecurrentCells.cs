using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Execution;
using ModelOptimizer.Tensors.Shapes;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>
/// LSTM and GRU as the operators that they are made of, one step of the sequence after the other (the equations are ONNX's), so that the chain rule needs
/// nothing of its own for them.
/// </summary>
internal static class RecurrentCells
{
    private const int GatesOfLstm = 4;
    private const int GatesOfGru = 3;

    /// <summary>Writes out the cells of a graph whose inputs have fixed shapes.</summary>
    /// <param name="engine">Infers shapes.</param>
    /// <param name="graph">The graph, which is changed. Cells with other activations than the usual, clipping or sequences of different lengths stay.</param>
    /// <returns>Shapes of all tensors.</returns>
    public static IReadOnlyDictionary<string, long[]> WriteOut(Engine engine, GraphWriter graph)
    {
        var shapes = ShapeProbe.Run(engine, graph.Model);
        NodeProto[] nodes = [.. graph.NewNodes];
        if (!nodes.Any(node => IsWritable(node, shapes)))
        {
            return shapes;
        }

        graph.NewNodes.Clear();
        foreach (var node in nodes)
        {
            if (IsWritable(node, shapes))
            {
                new Cell(graph, node, shapes).Write();
            }
            else
            {
                graph.NewNodes.Add(node);
            }
        }

        return ShapeProbe.Run(engine, graph.Model);
    }

    /// <summary>Whether a node may be one of them.</summary>
    public static bool IsCell(NodeProto node) => node.Operator() is "LSTM" or "GRU";

    private static bool IsWritable(NodeProto node, IReadOnlyDictionary<string, long[]> shapes) =>
        IsCell(node)
        && node.Attribute("clip") is null && node.Int("input_forget", 0) == 0 && node.Int("layout", 0) == 0 && node.InputAt(4) is null
        && (node.Attribute("activations")?.Strings.Select(name => name.ToStringUtf8()) ?? []).Index()
            .All(given => given.Item == Usual(node)[given.Index % Usual(node).Length])
        && Enumerable.Range(0, 3).All(input => shapes.ContainsKey(node.Input[input]));

    private static string[] Usual(NodeProto node) => node.OpType == "LSTM" ? ["Sigmoid", "Tanh", "Tanh"] : ["Sigmoid", "Tanh"];

    private sealed class Cell
    {
        private readonly GraphWriter _graph;
        private readonly NodeProto _node;
        private readonly int _gates;
        private readonly long _length;
        private readonly long _batch;
        private readonly long _inputs;
        private readonly long _units;
        private readonly long _directions;

        public Cell(GraphWriter graph, NodeProto node, IReadOnlyDictionary<string, long[]> shapes)
        {
            (_graph, _node, _gates) = (graph, node, node.OpType == "LSTM" ? GatesOfLstm : GatesOfGru);
            var (sequence, recurrence) = (shapes[node.Input[0]], shapes[node.Input[2]]);
            (_length, _batch, _inputs, _units, _directions) = (sequence[0], sequence[1], sequence[2], recurrence[2], recurrence[0]);
        }

        public void Write()
        {
            var isReversed = _node.Text("direction", "forward") == "reverse";
            Sequence[] sequences = [.. Enumerable.Range(0, (int)_directions).Select(direction => Run(direction, isReversed || direction == 1))];
            // [L, D, B, H] of all steps, and [D, B, H] of the last.
            Output(0, [.. sequences.Select(sequence => _graph.Reshape(_graph.Concat([.. sequence.Hidden], 0), _length, 1, _batch, _units))], 1);
            Output(1, [.. sequences.Select(sequence => _graph.Reshape(sequence.Last, 1, _batch, _units))], 0);
            Output(2, [.. sequences.Select(sequence => sequence.LastCell).OfType<string>().Select(cell => _graph.Reshape(cell, 1, _batch, _units))], 0);
        }

        private void Output(int output, string[] directions, long axis)
        {
            if (output < _node.Output.Count && _node.Output[output] is { Length: > 0 } name)
            {
                _graph.NodeTo(name, "Identity", [_graph.Concat(directions, axis)]);
            }
        }

        private Sequence Run(int direction, bool isReversed)
        {
            var recurrence = Part(2, direction, _gates * _units, _units)!;
            var biases = Part(3, direction, 2 * _gates * _units);
            var ofInputs = _graph.Gemm(
                _graph.Reshape(_node.Input[0], _length * _batch, _inputs), Part(1, direction, _gates * _units, _inputs)!, transB: true);
            ofInputs = biases is null ? ofInputs : _graph.Add(ofInputs, Columns(biases, 0, _gates, 0));
            var recurrentBias = biases is null ? null : Columns(biases, _gates, _gates, 0);
            var steps = Split(_graph.Reshape(ofInputs, _length, _batch, _gates * _units), _length, 0);
            var (hidden, cell) = (Part(5, direction, _batch, _units) ?? Zeros, _gates == GatesOfLstm ? Part(6, direction, _batch, _units) ?? Zeros : null);
            var peepholes = _gates == GatesOfLstm ? Part(7, direction, 3 * _units) : null;
            var all = new string[_length];
            for (var i = 0L; i < _length; i++)
            {
                var time = isReversed ? _length - 1 - i : i;
                var ofInput = _graph.Reshape(steps[time], _batch, _gates * _units);
                (hidden, cell) = cell is null
                    ? (Gru(ofInput, hidden, recurrence, recurrentBias), null)
                    : Lstm(ofInput, hidden, cell, recurrence, recurrentBias, peepholes);
                all[time] = _graph.Reshape(hidden, 1, _batch, _units);
            }

            return new Sequence(all, hidden, cell);
        }

        // Gates i, o, f, c and peepholes i, o, f:
        // i = σ(xWi + hRi + Pi∘c + b), f = σ(xWf + hRf + Pf∘c + b), c' = f∘c + i∘tanh(xWc + hRc + b), o = σ(xWo + hRo + Po∘c' + b), h' = o∘tanh(c').
        private (string Hidden, string Cell) Lstm(string ofInput, string hidden, string cell, string recurrence, string? bias, string? peepholes)
        {
            string Sigmoid(string sum, int peephole, string seen) => _graph.Node(
                "Sigmoid", [peepholes is null ? sum : _graph.Add(sum, _graph.Mul(Columns(peepholes, peephole, 1, 0), seen))]);
            var gates = Split(_graph.Add(ofInput, Biased(_graph.Gemm(hidden, recurrence, transB: true), bias)), GatesOfLstm, 1);
            var kept = _graph.Mul(Sigmoid(gates[2], 2, cell), cell);
            var next = _graph.Add(kept, _graph.Mul(Sigmoid(gates[0], 0, cell), _graph.Node("Tanh", [gates[3]])));
            return (_graph.Mul(Sigmoid(gates[1], 1, next), _graph.Node("Tanh", [next])), next);
        }

        // Gates z, r, h: z = σ(xWz + hRz + b), r = σ(xWr + hRr + b), n = tanh(xWh + b + (r∘h)Rh + b'), or with r∘(hRh + b') where it is linear before the
        // reset, h' = (1 − z)∘n + z∘h.
        private string Gru(string ofInput, string hidden, string recurrence, string? bias)
        {
            var both = _graph.Slice(recurrence, [0], [2 * _units], [0]);
            var candidate = _graph.Slice(recurrence, [2 * _units], [3 * _units], [0]);
            var (biasOfGates, biasOfCandidate) = bias is null ? (null, null) : (Columns(bias, 0, 2, 0), Columns(bias, 2, 1, 0));
            var ofGates = _graph.Slice(ofInput, [0], [2 * _units], [1]);
            var gates = Split(_graph.Node("Sigmoid", [_graph.Add(ofGates, Biased(_graph.Gemm(hidden, both, transB: true), biasOfGates))]), 2, 1);
            var ofHidden = _node.Int("linear_before_reset", 0) == 0
                ? Biased(_graph.Gemm(_graph.Mul(gates[1], hidden), candidate, transB: true), biasOfCandidate)
                : _graph.Mul(gates[1], Biased(_graph.Gemm(hidden, candidate, transB: true), biasOfCandidate));
            var news = _graph.Node("Tanh", [_graph.Add(_graph.Slice(ofInput, [2 * _units], [3 * _units], [1]), ofHidden)]);
            return _graph.Add(_graph.Mul(_graph.Sub(1, gates[0]), news), _graph.Mul(gates[0], hidden));
        }

        private string Zeros => _graph.Filled(0, [_batch, _units]);

        private string Biased(string product, string? bias) => bias is null ? product : _graph.Add(product, bias);

        /// <summary>One direction of an input, in the shape given; null where it is absent.</summary>
        private string? Part(int input, int direction, params long[] shape) => _node.InputAt(input) is { } name
            ? _graph.Reshape(_directions == 1 ? name : _graph.Slice(name, [direction], [direction + 1], [0]), shape)
            : null;

        private string Columns(string tensor, long first, long count, long axis) =>
            _graph.Slice(tensor, [first * _units], [(first + count) * _units], [axis]);

        // Not slices: the gradients of those would be as large as the whole, each.
        private string[] Split(string tensor, long count, long axis)
        {
            if (count == 1)
            {
                return [tensor];
            }

            string[] parts = [.. Enumerable.Range(0, (int)count).Select(_ => _graph.NewName("t"))];
            return _graph.Split(tensor, [.. parts.Select(_ => axis == 0 ? 1 : _units)], parts, axis);
        }
    }

    private sealed record Sequence(IReadOnlyList<string> Hidden, string Last, string? LastCell);
}
