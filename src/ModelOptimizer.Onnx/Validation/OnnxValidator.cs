using ModelOptimizer.Onnx.Graphs;

namespace ModelOptimizer.Onnx.Validation;

/// <summary>
/// Checks that a graph hangs together: names are given once, everything is made before it is read, outputs are made, and nodes have the inputs without which
/// nobody can look at them. Whether operators accept what they get, the runtime says.
/// </summary>
internal static class OnnxValidator
{
    /// <summary>Lets <paramref name="model"/> through if nothing is wrong with it: what a method makes of it is then right, or the method's mistake.</summary>
    /// <exception cref="DiagnosticException">Something is (MOC2014).</exception>
    public static OnnxModel Require(OnnxModel model) => Problems(model).FirstOrDefault() is { } problem
        ? throw new DiagnosticException(
            ModelCodes.InvalidGraph,
            $"the model is not valid ONNX: {problem}. Export it again, or correct it with the program that made it.",
            model.Path is null ? null : new SourcePosition(model.Path))
        : model;

    // A part of a model may make nothing for a while, a model may not.
    private static IEnumerable<string> Problems(OnnxModel model) => model.Graph.Output.Count == 0 ? ["the graph has no outputs"] : Check(model);

    /// <summary>What is wrong with <paramref name="model"/>; empty when nothing is.</summary>
    public static IReadOnlyList<string> Check(OnnxModel model)
    {
        var problems = new List<string>();
        CheckGraph(model.Graph, "the graph", [], problems);
        foreach (var function in model.Proto.Functions)
        {
            var known = function.Input.ToHashSet(StringComparer.Ordinal);
            CheckNodes(function.Node, $"function '{function.Name}'", known, known.ToHashSet(StringComparer.Ordinal), problems);
            CheckOutputs(function.Output, $"function '{function.Name}'", known, problems);
        }

        return problems;
    }

    private static void CheckGraph(GraphProto graph, string place, HashSet<string> outer, List<string> problems)
    {
        var inputs = graph.Input.Select(input => input.Name).ToList();
        var initializers = InitializersOf(graph).ToList();
        ReportRepeated(inputs, $"input of {place}", problems);
        ReportRepeated(initializers, $"initializer of {place}", problems);
        ReportRepeated(graph.Output.Select(output => output.Name), $"output of {place}", problems);

        var own = inputs.Concat(initializers).ToHashSet(StringComparer.Ordinal);
        var known = outer.Concat(own).ToHashSet(StringComparer.Ordinal);
        CheckNodes(graph.Node, place, known, own, problems);
        CheckOutputs(graph.Output.Select(output => output.Name), place, known, problems);
    }

    private static void CheckNodes(IEnumerable<NodeProto> nodes, string place, HashSet<string> known, HashSet<string> own, List<string> problems)
    {
        foreach (var node in nodes)
        {
            var title = $"node '{node.Name}' ({node.OpType}) of {place}";
            problems.AddRange(
                node.Input.Where(input => input.Length > 0 && !known.Contains(input)).Select(input => $"{title} reads '{input}', which nothing before it makes")
            );
            if (node.Operator() is { Length: > 0 } op && LeastInputs(op) is var least && (node.Input.Count < least || node.Output.Count == 0))
            {
                problems.Add($"{title} has {node.Input.Count} inputs and {node.Output.Count} outputs; the operator takes at least {least} and makes one");
            }

            foreach (var graph in GraphWalk.SubGraphs(node))
            {
                CheckGraph(graph, $"sub-graph '{graph.Name}' of node '{node.Name}' ({node.OpType})", known, problems);
            }

            foreach (var output in node.Output.Where(output => output.Length > 0))
            {
                if (!own.Add(output))
                {
                    problems.Add($"{title} makes '{output}', which exists already");
                }

                known.Add(output);
            }
        }
    }

    // Of ONNX's own operators, as far as something here looks at their inputs.
    private static int LeastInputs(string op) => op switch
    {
        "Constant" or "RandomNormal" or "RandomUniform" or "Loop" or "SequenceEmpty" or "Optional" => 0,
        "Conv" or "ConvTranspose" or "Gemm" or "MatMul" or "Add" or "Sub" or "Mul" or "Div" or "Gather" or "DequantizeLinear" => 2,
        "LSTM" or "GRU" or "RNN" => 3,
        "BatchNormalization" => 5,
        _ => 1,
    };

    private static void CheckOutputs(IEnumerable<string> outputs, string place, HashSet<string> known, List<string> problems) =>
        problems.AddRange(outputs.Where(output => !known.Contains(output)).Select(output => $"output '{output}' of {place} is made by nothing"));

    private static void ReportRepeated(IEnumerable<string> names, string what, List<string> problems) =>
        problems.AddRange(names.CountBy(name => name).Where(count => count.Value > 1).Select(count => $"'{count.Key}' is an {what} {count.Value} times"));

    private static IEnumerable<string> InitializersOf(GraphProto graph) =>
        graph.Initializer.Select(tensor => tensor.Name).Concat(graph.SparseInitializer.Select(sparse => sparse.Values?.Name ?? ""));
}
