using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Tensors.Tests.Gradients.Reference;

internal static partial class ReferenceOperators
{
    private static void AddRecurrences()
    {
        All.Add("LSTM", (node, x, _) => Recur(node, x, 4, Lstm));
        All.Add("GRU", (node, x, _) => Recur(node, x, 3, Gru));
    }

    private delegate void Advance(NodeProto node, Func<int, int, double> ofInput, Func<int, int, double[], double> ofState, Func<int, int, double> peephole, double[] h, double[] c);

    // Every number by itself: direction, then sample, then step.
    private static Real[] Recur(NodeProto node, Real[] x, int gates, Advance advance)
    {
        Real? At(int input) => input < x.Length ? x[input] : null;
        var (length, batch, inputs) = (x[0].Shape[0], x[0].Shape[1], x[0].Shape[2]);
        var (directions, units) = (x[2].Shape[0], (int)x[2].Shape[2]);
        Real all = Real.Zeros(length, directions, batch, units), last = Real.Zeros(directions, batch, units), lastCell = Real.Zeros(directions, batch, units);
        for (var d = 0L; d < directions; d++)
        {
            for (var b = 0L; b < batch; b++)
            {
                double[] State(int input) => [.. Enumerable.Range(0, units).Select(unit => At(input) is { } given ? given[d, b, unit] : 0)];
                var (h, c) = (State(5), State(6));
                for (var i = 0L; i < length; i++)
                {
                    var t = node.Text("direction", "forward") == "reverse" || d == 1 ? length - 1 - i : i;
                    advance(
                        node,
                        (gate, unit) => Enumerable.Range(0, (int)inputs).Sum(k => x[0][t, b, k] * x[1][d, (gate * units) + unit, k])
                            + (At(3) is { } bias ? bias[d, (gate * units) + unit] : 0),
                        (gate, unit, state) => Enumerable.Range(0, units).Sum(k => state[k] * x[2][d, (gate * units) + unit, k])
                            + (At(3) is { } bias ? bias[d, ((gates + gate) * units) + unit] : 0),
                        (gate, unit) => At(7) is { } peepholes ? peepholes[d, (gate * units) + unit] : 0,
                        h,
                        c);
                    for (var unit = 0; unit < units; unit++)
                    {
                        (all[t, d, b, unit], last[d, b, unit], lastCell[d, b, unit]) = (h[unit], h[unit], c[unit]);
                    }
                }
            }
        }

        return [all, last, lastCell];
    }

    private static double Logistic(double value) => 1 / (1 + Math.Exp(-value));

    private static void Lstm(
        NodeProto node, Func<int, int, double> ofInput, Func<int, int, double[], double> ofState, Func<int, int, double> peephole, double[] h, double[] c)
    {
        double[] before = [.. h];
        for (var unit = 0; unit < h.Length; unit++)
        {
            double Sum(int gate) => ofInput(gate, unit) + ofState(gate, unit, before);
            var input = Logistic(Sum(0) + (peephole(0, unit) * c[unit]));
            var forget = Logistic(Sum(2) + (peephole(2, unit) * c[unit]));
            c[unit] = (forget * c[unit]) + (input * Math.Tanh(Sum(3)));
            h[unit] = Logistic(Sum(1) + (peephole(1, unit) * c[unit])) * Math.Tanh(c[unit]);
        }
    }

    private static void Gru(
        NodeProto node, Func<int, int, double> ofInput, Func<int, int, double[], double> ofState, Func<int, int, double> peephole, double[] h, double[] c)
    {
        double[] before = [.. h];
        double[] reset = [.. Enumerable.Range(0, h.Length).Select(unit => Logistic(ofInput(1, unit) + ofState(1, unit, before)))];
        double[] left = [.. reset.Zip(before, (gate, state) => gate * state)];
        for (var unit = 0; unit < h.Length; unit++)
        {
            var update = Logistic(ofInput(0, unit) + ofState(0, unit, before));
            var ofHidden = node.Int("linear_before_reset", 0) == 0 ? ofState(2, unit, left) : reset[unit] * ofState(2, unit, before);
            h[unit] = ((1 - update) * Math.Tanh(ofInput(2, unit) + ofHidden)) + (update * before[unit]);
        }
    }
}
