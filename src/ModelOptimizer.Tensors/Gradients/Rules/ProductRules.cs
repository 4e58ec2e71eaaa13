using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>Matrix products and convolutions.</summary>
internal static class ProductRules
{
    public static readonly Dictionary<string, GradientRule> All = new(StringComparer.Ordinal)
    {
        ["Conv"] = Conv,
        ["ConvTranspose"] = ConvTranspose,
        ["Einsum"] = Einsum,
        ["Gemm"] = Gemm,
        ["MatMul"] = MatMul,
    };

    private static void Conv(BackwardNode node)
    {
        var (graph, input, weight, output) = (node.Graph, node.InputShape(0), node.InputShape(1), node.OutputShape());
        var group = node.Proto.Int("group", 1);
        var window = SpatialWindow.Of(node.Proto, weight[2..], input[2..], output[2..]);
        if (node.Wants(0))
        {
            node.Give(0, ConvolutionInput.Gradient(graph, node.OutputGradient, node.Input(1), weight, window, group, input[2..], output[2..]));
        }

        if (node.Wants(1))
        {
            node.Give(1, ConvolutionWeight.Gradient(graph, node.Input(0), input, node.OutputGradient, output, window, group));
        }

        if (node.Wants(2))
        {
            node.Give(2, graph.SumPerChannel(node.OutputGradient, output));
        }
    }

    private static void ConvTranspose(BackwardNode node)
    {
        var (graph, input, weight, output) = (node.Graph, node.InputShape(0), node.InputShape(1), node.OutputShape());
        var group = node.Proto.Int("group", 1);
        var window = SpatialWindow.OfTransposed(node.Proto, weight[2..], output[2..], input[2..]);
        if (node.Wants(2))
        {
            node.Give(2, graph.SumPerChannel(node.OutputGradient, output));
        }

        // The padding at the end that makes the convolution's output exactly as large as the input here; output_padding beyond a stride makes it negative.
        var end = window
            .Begin.Select((begin, axis) => ((input[axis + 2] - 1) * window.Strides[axis]) + window.Extent(axis) - begin - output[axis + 2])
            .ToArray();
        var gradient = graph.Padded(node.OutputGradient, [0, 0, .. window.Begin, 0, 0, .. end]);
        long[] padded = [.. output.Select((extent, axis) => axis < 2 ? extent : extent + window.Begin[axis - 2] + end[axis - 2])];
        window = window with { Begin = new long[window.Rank], End = new long[window.Rank] };
        if (node.Wants(0))
        {
            node.Give(0, graph.Node(
                "Conv",
                [gradient, node.Input(1)],
                GraphWriter.Attribute("kernel_shape", window.Kernel),
                GraphWriter.Attribute("strides", window.Strides),
                GraphWriter.Attribute("dilations", window.Dilations),
                GraphWriter.Attribute("group", group)));
        }

        if (node.Wants(1))
        {
            node.Give(1, ConvolutionWeight.Gradient(graph, gradient, padded, node.Input(0), input, window, group));
        }
    }

    // The gradient of one operand is the sum of the output's gradient times all other operands over the letters that it does not have.
    private static void Einsum(BackwardNode node)
    {
        var count = node.Proto.Input.Count;
        long[][] shapes = [.. Enumerable.Range(0, count).Select(node.InputShape)];
        var equation = EinsumEquation.Parse(node.Proto.Text("equation", ""), shapes);
        for (var input = 0; input < count; input++)
        {
            if (!node.Wants(input))
            {
                continue;
            }

            if (equation.Inputs[input].Distinct().Count() < equation.Inputs[input].Length)
            {
                throw node.NoGradient("an operand has one index twice");
            }

            node.Give(input, EinsumGradient(node, equation, shapes, input));
        }
    }

    private static string EinsumGradient(BackwardNode node, EinsumEquation equation, long[][] shapes, int input)
    {
        var graph = node.Graph;
        int[] others = [.. Enumerable.Range(0, shapes.Length).Where(other => other != input)];
        string[] terms = [equation.Output, .. others.Select(other => equation.Inputs[other])];
        string[] operands = [node.OutputGradient, .. others.Select(node.Input)];
        long[][] extents = [node.OutputShape(), .. others.Select(other => shapes[other])];

        var wanted = equation.Inputs[input];
        var known = string.Concat(wanted.Where(letter => terms.Any(term => term.Contains(letter, StringComparison.Ordinal))));
        var gradient = Product(graph, terms, operands, known);

        // A letter that stands in this operand alone was summed over: all its elements have the same gradient. One of extent 1 was repeated for the others.
        long[] found =
        [
            .. wanted.Select(letter =>
                terms
                    .Select((term, i) => (At: term.IndexOf(letter, StringComparison.Ordinal), Shape: extents[i]))
                    .Where(term => term.At >= 0)
                    .Select(term => term.Shape[term.At])
                    .DefaultIfEmpty(1)
                    .Max()
            ),
        ];
        long[] full = [.. found.Zip(shapes[input], Math.Max)];
        gradient = known == wanted ? gradient : graph.Reshape(gradient, found);
        gradient = full.AsSpan().SequenceEqual(found) ? gradient : graph.Node("Expand", [gradient, graph.Constant(full)]);
        return graph.SumTo(gradient, full, shapes[input]);
    }

    // The engine takes no operand without a letter.
    private static string Product(GraphWriter graph, string[] terms, string[] operands, string result)
    {
        if (terms[0].Length > 0)
        {
            return Sum(graph, terms, operands, result);
        }

        return terms.Length == 1 ? operands[0] : graph.Node("Mul", [Sum(graph, terms[1..], operands[1..], result), operands[0]]);
    }

    private static string Sum(GraphWriter graph, string[] terms, string[] operands, string result) =>
        graph.Node("Einsum", operands, GraphWriter.Attribute("equation", $"{string.Join(',', terms)}->{result}"));

    // Y = α·op(A)·op(B) + β·C, so d op(A) = α·dY·op(B)ᵀ and d op(B) = α·op(A)ᵀ·dY; where op transposes, so does the gradient.
    private static void Gemm(BackwardNode node)
    {
        var (graph, gradient) = (node.Graph, node.OutputGradient);
        var (transA, transB) = (node.Proto.Int("transA", 0) != 0, node.Proto.Int("transB", 0) != 0);
        var alpha = node.Proto.Float("alpha", 1);
        if (node.Wants(0))
        {
            var (a, b) = (gradient, node.Input(1));
            node.Give(0, transA ? graph.Gemm(b, a, transB, true, alpha) : graph.Gemm(a, b, false, !transB, alpha));
        }

        if (node.Wants(1))
        {
            var (a, b) = (node.Input(0), gradient);
            node.Give(1, transB ? graph.Gemm(b, a, true, transA, alpha) : graph.Gemm(a, b, !transA, false, alpha));
        }

        if (node.Wants(2))
        {
            var beta = node.Proto.Float("beta", 1);
            node.GiveBroadcast(2, beta == 1 ? gradient : graph.Node("Mul", [gradient, graph.Scalar(beta)]));
        }
    }

    // dA = dY·Bᵀ and dB = Aᵀ·dY, summed over what broadcasting repeated. A vector is a matrix of one row on the left and of one column on the right.
    private static void MatMul(BackwardNode node)
    {
        var graph = node.Graph;
        var (left, right) = (node.InputShape(0), node.InputShape(1));
        long[] a = left.Length == 1 ? [1, .. left] : left;
        long[] b = right.Length == 1 ? [.. right, 1] : right;
        long[] y = [.. (a.Length >= b.Length ? a : b)[..^2].Select((_, axis) => Batch(a, b, axis)), a[^2], b[^1]];
        var gradient = As(graph, node.OutputGradient, node.OutputShape(), y);
        if (node.Wants(0))
        {
            var matrices = As(graph, node.Input(1), right, b);
            var product = b.Length == 2 && y.Length == 2
                ? graph.Gemm(gradient, matrices, transB: true)
                : graph.Node("MatMul", [gradient, graph.TransposeMatrices(matrices, b.Length)]);
            node.Give(0, As(graph, graph.SumTo(product, [.. y[..^2], .. a[^2..]], a), a, left));
        }

        if (node.Wants(1))
        {
            var matrices = As(graph, node.Input(0), left, a);
            node.Give(1, As(graph, Right(graph, matrices, a, b, gradient, y), b, right));
        }
    }

    // One matrix for all batches sums over them as it multiplies.
    private static string Right(GraphWriter graph, string matrices, long[] a, long[] b, string gradient, long[] y)
    {
        if (b.Length > 2)
        {
            return graph.SumTo(graph.Node("MatMul", [graph.TransposeMatrices(matrices, a.Length), gradient]), [.. y[..^2], .. b[^2..]], b);
        }

        var rows = a[..^1].Product();
        return graph.Gemm(As(graph, matrices, a, [rows, a[^1]]), As(graph, gradient, y, [rows, y[^1]]), transA: true);
    }

    private static long Batch(long[] a, long[] b, int axis)
    {
        var rank = Math.Max(a.Length, b.Length);
        var (i, j) = (axis - rank + a.Length, axis - rank + b.Length);
        return i < 0 ? b[j] : j < 0 || b[j] == 1 ? a[i] : b[j];
    }

    private static string As(GraphWriter graph, string tensor, long[] from, long[] to) =>
        from.AsSpan().SequenceEqual(to) ? tensor : graph.Reshape(tensor, to);
}

/// <summary>An Einsum equation with one letter an axis: an ellipsis is written out, and the output is always there.</summary>
internal sealed record EinsumEquation(string[] Inputs, string Output)
{
    private const string Ellipsis = "...";

    public static EinsumEquation Parse(string equation, long[][] shapes)
    {
        var compact = equation.Replace(" ", "", StringComparison.Ordinal);
        var sides = compact.Split("->");
        var terms = sides[0].Split(',');
        int[] hidden = [.. terms.Select((term, i) => HasEllipsis(term) ? shapes[i].Length - term.Length + Ellipsis.Length : 0)];
        var free = Enumerable
            .Range('A', 26)
            .Concat(Enumerable.Range('a', 26))
            .Select(letter => (char)letter)
            .Where(letter => !compact.Contains(letter, StringComparison.Ordinal));
        var letters = string.Concat(free.Take(hidden.Max()));
        string[] inputs = [.. terms.Select((term, i) => Written(term, letters[^hidden[i]..]))];
        return new EinsumEquation(inputs, sides.Length > 1 ? Written(sides[1], letters) : letters + Implicit(sides[0]));
    }

    private static bool HasEllipsis(string term) => term.Contains(Ellipsis, StringComparison.Ordinal);

    private static string Written(string term, string letters) => term.Replace(Ellipsis, letters, StringComparison.Ordinal);

    // Without an output, the letters that stand once, in alphabetical order.
    private static string Implicit(string inputs) =>
        string.Concat(inputs.Where(char.IsLetter).GroupBy(letter => letter).Where(uses => uses.Count() == 1).Select(uses => uses.Key).Order());
}
