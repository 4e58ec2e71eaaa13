using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Tensors.Tests.Gradients.Reference;

internal static partial class ReferenceOperators
{
    private static void AddEinsum() => Add("Einsum", Einsum);

    // An ellipsis is the digits 0, 1, …, right-aligned.
    private static Real Einsum(NodeProto node, Real[] x)
    {
        var equation = node.Text("equation", "").Replace(" ", "", StringComparison.Ordinal);
        var inputs = equation.Split("->")[0].Split(',');
        var hidden = inputs.Select((term, i) => term.Contains("...", StringComparison.Ordinal) ? x[i].Rank - term.Length + 3 : 0).ToArray();
        var digits = "0123456789"[..hidden.Max()];
        var output = equation.Contains("->", StringComparison.Ordinal)
            ? equation.Split("->")[1].Replace("...", digits, StringComparison.Ordinal)
            : digits + string.Concat(equation.Where(char.IsLetter).GroupBy(letter => letter).Where(uses => uses.Count() == 1).Select(uses => uses.Key).Order());
        inputs = [.. inputs.Select((term, i) => term.Replace("...", digits[^hidden[i]..], StringComparison.Ordinal))];

        var extents = new Dictionary<char, long>();
        foreach (var (term, operand) in inputs.Zip(x))
        {
            foreach (var (letter, extent) in term.Zip(operand.Shape))
            {
                extents[letter] = Math.Max(extent, extents.GetValueOrDefault(letter, 1));
            }
        }

        char[] letters = [.. extents.Keys];
        var result = Real.Zeros([.. output.Select(letter => extents[letter])]);
        foreach (var index in Real.Indices([.. letters.Select(letter => extents[letter])]))
        {
            long[] At(string term) => [.. term.Select(letter => index[Array.IndexOf(letters, letter)])];
            result[At(output)] += inputs.Zip(x).Aggregate(1.0, (product, operand) => product * operand.Second.Broadcast(At(operand.First)));
        }

        return result;
    }
}
