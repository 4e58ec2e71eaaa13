using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>What a chain is trained on.</summary>
/// <param name="Input">V_0: samples as columns; for a convolution its patches, a column for every window, samples fastest.</param>
/// <param name="Target">Y, a column for every sample.</param>
internal sealed record ChainData(Matrix Input, Matrix Target)
{
    /// <summary>Reads the calibration data once: what enters the chain, and its labels or what the original model gives.</summary>
    /// <exception cref="DiagnosticException">There is no data, or no target.</exception>
    public static ChainData Read(StepContext context, LayerChain chain, NnBcdOptions options)
    {
        var calibration = context.Calibration
            ?? throw new DiagnosticException(
                MethodCodes.NoCalibration,
                "the method trains on samples, and the model has no calibration data. Add 'calibrate: { dataset: … }' to the model, or write 'mode: layer' "
                    + "with random data.",
                options.Position
            );
        var last = chain.Layers[^1].Layer;
        var input = Columns(context, context.Model, chain.Layers[0].Layer, calibration);
        var target = options.Labels
            ? OneHot(calibration, last.OutputChannels, options)
            : Rows(context, Teacher(context, last), last.Output, last.OutputChannels, calibration);
        RequireFinite(input, chain.Layers[0].Layer.Input);
        RequireFinite(target, last.Output);
        var samples = input.Columns / Windows(context, chain.Layers[0].Layer);
        return samples == target.Columns
            ? new ChainData(input, target)
            : throw new DiagnosticException(
                MethodCodes.NoTarget,
                $"the chain's first layer '{chain.Layers[0].Layer.Name}' sees {samples} vectors of the calibration data and the target has {target.Columns}. "
                    + "The method trains networks with one output vector for each sample: use 'mode: layer'.",
                options.Position
            );
    }

    /// <summary>Number of windows of one sample; 1 for matrices.</summary>
    public static int Windows(StepContext context, WeightLayer first) =>
        first.Kind == LayerKind.Conv ? (int)context.Shapes[first.Node.Output[0]].Skip(2).Product() : 1;

    private static void RequireFinite(Matrix values, string tensor)
    {
        if (!values.Values.All(double.IsFinite))
        {
            throw new DiagnosticException(
                TensorsCodes.NotFinite,
                $"The activation '{tensor}' is not finite on the calibration data (NaN or infinity), so nothing can be fitted to it. Check 'preprocess', the "
                    + "data, and that the original model gives finite outputs on it.");
        }
    }

    // The original where it still has the tensor: what the steps before lost is healed.
    private static OnnxModel Teacher(StepContext context, WeightLayer last) =>
        context.Original.Graph.Node.Any(node => node.Output.Contains(last.Output)) ? context.Original : context.Model;

    private static Matrix Columns(StepContext context, OnnxModel model, WeightLayer first, IBatchSource calibration) =>
        first.Kind == LayerKind.Conv ? Patches.Read(context, model, first, calibration) : Rows(context, model, first.Input, first.InputChannels, calibration);

    // Vectors along a tensor's last axis, as columns.
    private static Matrix Rows(StepContext context, OnnxModel model, string tensor, int width, IBatchSource calibration)
    {
        var batches = new List<double[]>();
        foreach (var (_, values) in Activations.Read(context.Engine, model, [tensor], calibration))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            batches.Add(values[0].Doubles());
        }

        var rows = new Matrix(batches.Sum(batch => batch.Length) / width, width, [.. batches.SelectMany(batch => batch)]);
        return rows.Transpose();
    }

    private static Matrix OneHot(IBatchSource calibration, int classes, NnBcdOptions options)
    {
        IEnumerable<long> Labels(Batch batch) => batch.Labels
            ?? throw new DiagnosticException(
                MethodCodes.NoTarget,
                "'target: labels' needs calibration data with labels, one class a sample. Add 'labels:' to the dataset, or write 'target: teacher'.",
                options.PositionOf("target")
            );
        var labels = calibration.Read().SelectMany(batch => Labels(batch).Select((label, i) => (Class: label, Row: batch.Rows?[i]))).ToList();
        var wrong = labels.FindIndex(label => label.Class < 0 || label.Class >= classes);
        if (wrong >= 0)
        {
            throw new DiagnosticException(
                MethodCodes.NoTarget,
                $"sample {labels[wrong].Row ?? wrong} of the calibration data has the label {labels[wrong].Class}, and the model has {classes} outputs. Map "
                    + "the right array to 'labels:', or write 'target: teacher'.",
                options.PositionOf("target")
            );
        }

        var target = new Matrix(classes, labels.Count);
        for (var sample = 0; sample < labels.Count; sample++)
        {
            target[(int)labels[sample].Class, sample] = 1;
        }

        return target;
    }
}

/// <summary>
/// The windows that a convolution sees, as the columns of a matrix. Windows are slowest and samples fastest, so that filters×(windows·n), read with the same
/// numbers as (filters·windows)×n, is the flattened output that the next layer takes.
/// </summary>
internal static class Patches
{
    /// <summary>P, (channels·taps)×(windows·n).</summary>
    public static Matrix Read(StepContext context, OnnxModel model, WeightLayer layer, IBatchSource calibration)
    {
        var samples = calibration.Count;
        long[] output = context.Shapes[layer.Node.Output[0]][2..];
        var windows = (int)output.Product();
        var patches = new Matrix(layer.InputChannels * layer.Window!.Taps, windows * samples);
        var first = 0;
        foreach (var (batch, values) in Activations.Read(context.Engine, model, [layer.Input], calibration))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var (image, shape) = (values[0].Doubles(), values[0].Shape);
            PatchMatrix.Fill(patches, image, shape, layer.Window.Resolve(shape[2..]), output, samples, first);
            first += (int)shape[0];
        }

        return patches;
    }
}
