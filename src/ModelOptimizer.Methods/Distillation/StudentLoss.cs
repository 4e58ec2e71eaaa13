using ModelOptimizer.Tensors.Training;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>
/// L = α·D(t, s) + (1 − α)·CE(s, y), α 1 without labels and 0 with nothing else. D is the mean over the outputs: of classes KL(softmax(t/T) ‖ softmax(s/T)),
/// without a factor T² (Zhan et al., arXiv 2411.06448, as LGTM's code has it); of numbers E(s − t)² / Var t; of directions 1 − cos(s, t). Means over the batch.
/// </summary>
internal static class StudentLoss
{
    /// <summary>Adds the terms, and the inputs that they need.</summary>
    public static IReadOnlyList<(double Weight, string Loss)> Add(
        GraphWriter graph, Student student, DistillationOptions options, IReadOnlyDictionary<string, double> variances)
    {
        var terms = new List<(double Weight, string Loss)>();
        List<TaughtOutput> taught = [.. student.Outputs.Where(output => output.Loss != OutputLoss.Squares || variances.ContainsKey(output.Name))];
        foreach (var output in options.Loss == LossKind.Ce ? [] : taught)
        {
            var teacher = graph.Input(output.Column, DataType.Float, [-1, .. output.Row]);
            terms.Add((options.Alpha / taught.Count, output.Loss switch
            {
                OutputLoss.Classes => Losses.KullbackLeibler(graph, teacher, output.Student, options.Temperature),
                OutputLoss.Angle => Losses.Cosine(graph, graph.Reshape(graph.Rows(output.Student, output), 0, -1), graph.Reshape(teacher, 0, -1)),
                _ => graph.Mul(Losses.Mse(graph, graph.Rows(output.Student, output), teacher), (float)(1 / variances[output.Name])),
            }));
        }

        if (options.Loss is LossKind.Ce or LossKind.Mixed)
        {
            var labels = graph.Input(TrainingColumns.Labels, DataType.Float, -1, student.Classes.Row[^1]);
            terms.Add((1 - options.Alpha, Losses.CrossEntropy(graph, student.Classes.Student, labels)));
        }

        return terms;
    }

    /// <summary>The loss in words.</summary>
    public static string Describe(Student student, DistillationOptions options)
    {
        static string Names(IReadOnlyCollection<TaughtOutput> outputs) => outputs.Count == 1 ? $"'{outputs.First().Name}'" : $"{outputs.Count} outputs";
        List<string> parts =
        [
            .. student.Outputs.GroupBy(output => output.Loss).Select(group => (group.Key switch
            {
                OutputLoss.Classes when options.Loss == LossKind.Ce => "cross-entropy",
                OutputLoss.Classes => "Kullback-Leibler divergence",
                OutputLoss.Angle => "1 − cosine",
                _ => "squared error by variance",
            }) + $" of {Names([.. group])}"),
        ];
        return string.Join(", ", options.Loss == LossKind.Mixed ? parts.Append("cross-entropy with the labels") : parts) is var text
            ? $"{char.ToUpperInvariant(text[0])}{text[1..]}"
            : "";
    }

    /// <summary>A tensor of an output with the samples as its first axis.</summary>
    public static string Rows(this GraphWriter graph, string tensor, TaughtOutput output) =>
        output.IsFlat ? graph.Reshape(tensor, 1, -1) : tensor;
}
