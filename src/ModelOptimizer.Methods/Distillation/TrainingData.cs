using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Tensors.Training;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>The columns of a training besides the model's inputs and what the teacher says (<see cref="TaughtOutput.Column"/>).</summary>
internal static class TrainingColumns
{
    /// <summary>The column of the classes.</summary>
    public const string Labels = "modelopt_labels";
}

/// <summary>
/// What a training sees: the model's inputs, the labels, and what the teacher says. That is computed once for every sample where samples are seen as they are,
/// and for every batch where they are changed.
/// </summary>
internal sealed class TrainingData : IDisposable
{
    // Below this share of its mean the deviation of an output is rounding.
    private const double Still = 1e-6;

    private readonly BatchChange? _change;
    private readonly Teacher? _teacher;

    private TrainingData(SampleStore samples, BatchChange? change, Teacher? teacher) => (Samples, _change, _teacher) = (samples, change, teacher);

    /// <summary>The variance over the samples of outputs that are compared as numbers; those that do not change with the samples are absent.</summary>
    public IReadOnlyDictionary<string, double> Variances { get; private init; } = new Dictionary<string, double>();

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
        if (options.Loss is LossKind.Ce or LossKind.Mixed)
        {
            samples.Add(TrainingColumns.Labels, Classes(samples, student, options));
        }

        if (options.Loss == LossKind.Ce)
        {
            return new TrainingData(samples, change, null);
        }

        context.Progress.Report(new MethodProgress("teacher", 0, 0));
        var teacher = new Teacher(context, student);
        if (change is not null)
        {
            return new TrainingData(samples, change, teacher) { Variances = VariancesOf(teacher.Labelled(samples, context.Cancellation), student, options) };
        }

        using (teacher)
        {
            teacher.Label(samples, context.Cancellation);
        }

        return new TrainingData(samples, null, null) { Variances = VariancesOf(samples, student, options) };
    }

    // Squared errors are relative to it, so that outputs of different size count alike. What does not change is as good as it can be.
    private static Dictionary<string, double> VariancesOf(SampleStore labelled, Student student, DistillationOptions options)
    {
        var variances = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var output in student.Outputs.Where(output => output.Loss == OutputLoss.Squares))
        {
            var (mean, deviation) = labelled.Spread(output.Column);
            if (!double.IsFinite(mean))
            {
                throw NoTarget(
                    options,
                    $"the original's output '{output.Name}' has numbers on the calibration samples that are not finite. Give 'calibrate' data as the model "
                        + "gets it in use.");
            }

            if (deviation > Still * Math.Abs(mean))
            {
                variances.Add(output.Name, deviation * deviation);
            }
        }

        return variances.Count > 0 || student.Outputs.Any(output => output.Loss != OutputLoss.Squares)
            ? variances
            : throw NoTarget(
                options,
                "the original gives the same numbers for all calibration samples ("
                    + $"{string.Join(", ", student.Outputs.Take(5).Select(output => $"'{output.Name}'"))}), so nothing can be learnt from them. "
                    + "Give 'calibrate' data as the model gets it in use.");
    }

    /// <summary>
    /// Samples that are not trained on, changed as the others are: as they are, the steps before may have been fitted to them, and nothing would look better
    /// than the start. Where there are too few to do without some, all are trained on and looked at.
    /// </summary>
    public HeldSamples Held(int batch)
    {
        var held = HeldSamples.Of(Samples.Count);
        var looked = held.Length > 0 ? held : [.. Enumerable.Range(0, Samples.Count)];
        var batches = new List<Dictionary<string, HostTensor>>();
        for (var first = 0; first < looked.Length; first += batch)
        {
            var tensors = Samples.Buffers(batch);
            Samples.Fill(tensors, [.. Enumerable.Range(first, batch).Select(place => looked[place % looked.Length])]);
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
                "the loss needs calibration data with labels, one class a sample. Add 'labels:' to the dataset, or write 'loss: auto', which learns from the "
                    + "original's outputs."
            );
        if (student.Classes.Row is not [var classes])
        {
            throw NoTarget(
                options,
                $"the output '{student.Classes.Name}' is not one row of classes a sample (its shape is [N, {string.Join(", ", student.Classes.Row)}]), so "
                    + "labels say nothing about it. Write 'loss: auto', which learns from the original's outputs."
            );
        }

        if (labels.FirstOrDefault(label => label < 0 || label >= classes, -1) is var wrong && labels.Any(label => label < 0 || label >= classes))
        {
            throw NoTarget(
                options,
                $"a sample of the calibration data has the label {wrong}, and the model has {classes} outputs. Map the right array to 'labels:', or write "
                    + "'loss: auto'."
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

/// <summary>The original, which says what its outputs are.</summary>
internal sealed class Teacher(StepContext context, Student student) : IDisposable
{
    // Enough to know a variance from.
    private const int FewSamples = 64;

    private readonly ModelSession _session = context.Engine.CreateSession(TeacherModel(context.Original, student.Outputs));

    /// <summary>Adds columns to all samples.</summary>
    public void Label(SampleStore samples, CancellationToken cancellation) =>
        samples.AddOutputs(_session, student.Outputs.ToDictionary(output => output.Column, output => output.Column), student.TeacherBatch, cancellation);

    /// <summary>Some of the samples with the columns.</summary>
    public SampleStore Labelled(SampleStore samples, CancellationToken cancellation)
    {
        var count = Math.Min(FewSamples, samples.Count);
        int[] some = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * samples.Count / count))];
        var tensors = samples.Buffers(some.Length);
        samples.Fill(tensors, some);
        var labelled = SampleStore.Of(tensors);
        Label(labelled, cancellation);
        return labelled;
    }

    /// <summary>Adds tensors to a batch.</summary>
    public void Label(Dictionary<string, HostTensor> batch)
    {
        string[] columns = [.. student.Outputs.Select(output => output.Column)];
        Array.ForEach(columns, column => batch.Remove(column));
        var count = (int)batch.Values.First().Shape[0];
        // A student of its own may have another batch in its file than the original.
        var said = count == student.TeacherBatch ? Run(batch) : RunInParts(batch, columns, count);
        foreach (var column in columns)
        {
            batch[column] = said[column];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private IReadOnlyDictionary<string, HostTensor> Run(Dictionary<string, HostTensor> batch) =>
        _session.Run(_session.Inputs.ToDictionary(input => input.Name, input => batch[input.Name], StringComparer.Ordinal));

    private IReadOnlyDictionary<string, HostTensor> RunInParts(Dictionary<string, HostTensor> batch, string[] columns, int count)
    {
        var samples = SampleStore.Of(batch);
        Label(samples, CancellationToken.None);
        var labelled = samples.Buffers(columns, count);
        samples.Fill(labelled, [.. Enumerable.Range(0, count)]);
        return labelled;
    }

    // Rows in float32, whatever it computes in.
    private static OnnxModel TeacherModel(OnnxModel original, IReadOnlyList<TaughtOutput> outputs)
    {
        var model = original.Clone();
        var graph = new GraphWriter(model);
        model.Graph.Output.Clear();
        foreach (var output in outputs)
        {
            graph.NodeTo(output.Column, "Cast", [graph.Rows(output.Teacher, output)], GraphWriter.Attribute("to", (long)DataType.Float));
            model.Graph.Output.Add(new ValueInfoProto { Name = output.Column });
        }

        return model;
    }
}
