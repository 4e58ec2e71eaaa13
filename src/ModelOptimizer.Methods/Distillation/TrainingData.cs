using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Tensors.Training;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>The columns of a training besides the model's inputs.</summary>
internal static class TrainingColumns
{
    /// <summary>The column of the teacher's logits.</summary>
    public const string Teacher = "modelopt_teacher";

    /// <summary>The column of the classes.</summary>
    public const string Labels = "modelopt_labels";
}

/// <summary>
/// What a training sees: the model's inputs, the labels, and what the teacher says. That is computed once for every sample where samples are seen as they are,
/// and for every batch where they are changed.
/// </summary>
internal sealed class TrainingData : IDisposable
{
    private readonly BatchChange? _change;
    private readonly Teacher? _teacher;

    private TrainingData(SampleStore samples, BatchChange? change, Teacher? teacher) => (Samples, _change, _teacher) = (samples, change, teacher);

    /// <summary>The samples.</summary>
    public SampleStore Samples { get; }

    /// <summary>Changes a drawn batch and has the teacher look at it; null where nothing is changed.</summary>
    public Action<long, Dictionary<string, HostTensor>>? Change => _change is null ? null : (step, batch) =>
    {
        _change.Apply(step, batch);
        _teacher?.Label(batch);
    };

    /// <summary>Reads everything that the loss needs.</summary>
    /// <exception cref="DiagnosticException">There are no samples, no usable labels, or nothing to change as it is written.</exception>
    public static TrainingData Read(StepContext context, Student student, DistillationOptions options)
    {
        var calibration = context.Calibration
            ?? throw new DiagnosticException(
                MethodCodes.NoCalibration,
                "the method trains on samples, and the model has no calibration data. Add 'calibrate: { dataset: … }' to the model.",
                options.Position
            );
        context.Progress.Report(new MethodProgress("samples", 0, 0));
        var samples = SampleStore.Read(calibration, context.Cancellation);
        var change = BatchChange.Of(samples, options, context.Seed);
        if (options.Loss != LossKind.Kd)
        {
            samples.Add(TrainingColumns.Labels, Classes(samples, student, options));
        }

        if (options.Loss == LossKind.Ce)
        {
            return new TrainingData(samples, change, null);
        }

        context.Progress.Report(new MethodProgress("teacher", 0, 0));
        var teacher = new Teacher(context, student, options);
        if (change is not null)
        {
            return new TrainingData(samples, change, teacher);
        }

        using (teacher)
        {
            teacher.Label(samples, context.Cancellation);
        }

        return new TrainingData(samples, null, null);
    }

    /// <summary>
    /// Samples that are not trained on, changed as the others are: as they are, the steps before may have been fitted to them, and nothing would look better than
    /// the start. Null where there are too few to do without some.
    /// </summary>
    public HeldSamples? Held(int batch)
    {
        var held = HeldSamples.Of(Samples.Count);
        if (held.Length == 0)
        {
            return null;
        }

        var batches = new List<Dictionary<string, HostTensor>>();
        for (var first = 0; first < held.Length; first += batch)
        {
            var tensors = Samples.Buffers(batch);
            Samples.Fill(tensors, [.. Enumerable.Range(first, batch).Select(place => held[place % held.Length])]);
            // Draws of steps that no training has.
            _change?.Apply(-1 - first, tensors);
            _teacher?.Label(tensors);
            batches.Add(tensors);
        }

        return new HeldSamples(held.ToHashSet(), batches);
    }

    /// <inheritdoc/>
    public void Dispose() => _teacher?.Dispose();

    private static HostTensor Classes(SampleStore samples, Student student, DistillationOptions options)
    {
        var labels = samples.Labels
            ?? throw NoTarget(
                options,
                "the loss needs calibration data with labels, one class a sample. Add 'labels:' to the dataset, or write 'loss: kd', which learns from the "
                    + "original's outputs."
            );
        if (student.LogitShape is not [_, var classes])
        {
            throw NoTarget(
                options,
                $"the model's output is not one row of classes a sample (its shape is [{string.Join(", ", student.LogitShape)}]), so labels say nothing about "
                    + "it. Write 'loss: kd', which learns from the original's outputs."
            );
        }

        if (labels.FirstOrDefault(label => label < 0 || label >= classes, -1) is var wrong && labels.Any(label => label < 0 || label >= classes))
        {
            throw NoTarget(
                options,
                $"a sample of the calibration data has the label {wrong}, and the model has {classes} outputs. Map the right array to 'labels:', or write "
                    + "'loss: kd'."
            );
        }

        // A distribution for each sample: where samples are mixed, so are these.
        var rows = new float[checked(labels.Count * (int)classes)];
        for (var sample = 0; sample < labels.Count; sample++)
        {
            rows[(sample * (int)classes) + (int)labels[sample]] = 1;
        }

        return HostTensor.From<float>(DataType.Float, [labels.Count, classes], rows);
    }

    private static DiagnosticException NoTarget(DistillationOptions options, string problem) => new(MethodCodes.NoTarget, problem, options.PositionOf("loss"));
}

/// <summary>The original, which says what its logits are.</summary>
internal sealed class Teacher(StepContext context, Student student, DistillationOptions options) : IDisposable
{
    private readonly ModelSession _session = context.Engine.CreateSession(TeacherModel(context.Original, student.TeacherLogits));
    private readonly int _batch = TrainingGraph.BatchOf(context.Original, options.Batch);

    /// <summary>Adds a column to all samples.</summary>
    public void Label(SampleStore samples, CancellationToken cancellation) =>
        samples.AddOutputs(_session, new Dictionary<string, string> { [TrainingColumns.Teacher] = TrainingColumns.Teacher }, _batch, cancellation);

    /// <summary>Adds a tensor to a batch.</summary>
    public void Label(Dictionary<string, HostTensor> batch)
    {
        batch.Remove(TrainingColumns.Teacher);
        var count = (int)batch.Values.First().Shape[0];
        // A student of its own may have another batch in its file than the original.
        if (count == _batch)
        {
            batch[TrainingColumns.Teacher] = Run(batch);
            return;
        }

        var samples = SampleStore.Of(batch);
        Label(samples, CancellationToken.None);
        var labelled = samples.Buffers([TrainingColumns.Teacher], count);
        samples.Fill(labelled, [.. Enumerable.Range(0, count)]);
        batch[TrainingColumns.Teacher] = labelled[TrainingColumns.Teacher];
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private HostTensor Run(Dictionary<string, HostTensor> batch) =>
        _session.Run(_session.Inputs.ToDictionary(input => input.Name, input => batch[input.Name], StringComparer.Ordinal))[TrainingColumns.Teacher];

    // Its logits in float32, whatever it computes in.
    private static OnnxModel TeacherModel(OnnxModel original, string logits)
    {
        var model = original.Clone();
        var cast = new NodeProto { OpType = "Cast", Name = TrainingColumns.Teacher, Input = { logits }, Output = { TrainingColumns.Teacher } };
        cast.Attribute.Add(GraphWriter.Attribute("to", (long)DataType.Float));
        model.Graph.Node.Add(cast);
        model.Graph.Output.Clear();
        model.Graph.Output.Add(new ValueInfoProto { Name = TrainingColumns.Teacher });
        return model;
    }
}
