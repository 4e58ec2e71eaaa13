using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Graphs;
using ModelOptimizer.Tensors.Training;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>
/// L = α·KL(softmax(t/T) ‖ softmax(s/T)) + (1 − α)·CE(s, y), means over the batch, without a factor T² (Zhan et al., arXiv 2411.06448, as LGTM's code has it): α is 1 for
/// <see cref="LossKind.Kd"/> and 0 for <see cref="LossKind.Ce"/>.
/// </summary>
internal static class StudentLoss
{
    /// <summary>Adds the terms, and the inputs that they need.</summary>
    public static IReadOnlyList<(double Weight, string Loss)> Add(GraphWriter graph, Student student, DistillationOptions options)
    {
        var terms = new List<(double Weight, string Loss)>();
        if (options.Loss != LossKind.Ce)
        {
            var teacher = graph.Input(TrainingColumns.Teacher, DataType.Float, [-1, .. student.LogitShape[1..]]);
            terms.Add((options.Alpha, Losses.KullbackLeibler(graph, teacher, student.Logits, options.Temperature)));
        }

        if (options.Loss != LossKind.Kd)
        {
            var labels = graph.Input(TrainingColumns.Labels, DataType.Int64, -1);
            terms.Add((1 - options.Alpha, Losses.CrossEntropy(graph, student.Logits, Losses.OneHot(graph, labels, student.LogitShape[^1]))));
        }

        return terms;
    }
}
