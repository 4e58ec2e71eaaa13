using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Training;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>The samples of a training: the model's inputs, the labels, and what the teacher says, which is computed once.</summary>
internal static class TrainingColumns
{
    /// <summary>The column of the teacher's logits.</summary>
    public const string Teacher = "modelopt_teacher";

    /// <summary>The column of the classes.</summary>
    public const string Labels = "modelopt_labels";

    /// <summary>Reads everything that the loss needs.</summary>
    /// <exception cref="DiagnosticException">There are no samples, or no usable labels.</exception>
    public static SampleStore Read(StepContext context, Student student, DistillationOptions options)
    {
        var calibration = context.Calibration
            ?? throw new DiagnosticException(MethodCodes.NoCalibration, "the method trains on samples, and the model has no calibration data. Add 'calibrate: { dataset: … }' to the model.", options.Position);
        context.Progress.Report(new MethodProgress("samples", 0, 0));
        var samples = SampleStore.Read(calibration, context.Cancellation);
        if (options.Loss != LossKind.Kd)
        {
            samples.Add(Labels, HostTensor.From<long>(DataType.Int64, [samples.Count], Classes(samples, student, options)));
        }

        if (options.Loss != LossKind.Ce)
        {
            context.Progress.Report(new MethodProgress("teacher", 0, 0));
            using var teacher = context.Engine.CreateSession(TeacherModel(context.Original, student.TeacherLogits));
            samples.AddOutputs(teacher, new Dictionary<string, string> { [Teacher] = Teacher }, TrainingGraph.BatchOf(context.Original, options.Batch), context.Cancellation);
        }

        return samples;
    }

    private static long[] Classes(SampleStore samples, Student student, DistillationOptions options)
    {
        var labels = samples.Labels ?? throw NoTarget(options, "the loss needs calibration data with labels, one class a sample. Add 'labels:' to the dataset, or write 'loss: kd', which learns from the original's outputs.");
        if (student.LogitShape is not [_, var classes])
        {
            throw NoTarget(options, $"the model's output is not one row of classes a sample (its shape is [{string.Join(", ", student.LogitShape)}]), so labels say nothing about it. Write 'loss: kd', which learns from the original's outputs.");
        }

        return labels.FirstOrDefault(label => label < 0 || label >= classes, -1) is var wrong && labels.Any(label => label < 0 || label >= classes)
            ? throw NoTarget(options, $"a sample of the calibration data has the label {wrong}, and the model has {classes} outputs. Map the right array to 'labels:', or write 'loss: kd'.")
            : [.. labels];
    }

    private static DiagnosticException NoTarget(DistillationOptions options, string problem) => new(MethodCodes.NoTarget, problem, options.PositionOf("loss"));

    // Its logits in float32, whatever it computes in.
    private static OnnxModel TeacherModel(OnnxModel original, string logits)
    {
        var model = original.Clone();
        var cast = new NodeProto { OpType = "Cast", Name = Teacher, Input = { logits }, Output = { Teacher } };
        cast.Attribute.Add(Tensors.Graphs.GraphWriter.Attribute("to", (long)DataType.Float));
        model.Graph.Node.Add(cast);
        model.Graph.Output.Clear();
        model.Graph.Output.Add(new ValueInfoProto { Name = Teacher });
        return model;
    }
}
