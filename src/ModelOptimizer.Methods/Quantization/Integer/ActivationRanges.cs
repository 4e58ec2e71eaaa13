using ModelOptimizer.Tensors.Execution;

namespace ModelOptimizer.Methods.Quantization.Integer;

/// <summary>Measures the ranges of tensors on the calibration data.</summary>
internal static class ActivationRanges
{
    /// <summary>The range of every one of <paramref name="tensors"/>.</summary>
    /// <param name="context">The engine and the calibration data.</param>
    /// <param name="model">The model.</param>
    /// <param name="tensors">float32 tensors of it.</param>
    /// <param name="rule">Where ranges end.</param>
    /// <param name="position">Where the step is written.</param>
    /// <exception cref="DiagnosticException">A tensor has numbers that are not finite (MOC2110).</exception>
    public static IReadOnlyDictionary<string, (double Low, double High)> Measure(
        StepContext context,
        OnnxModel model,
        IReadOnlyList<string> tensors,
        RangeRule rule,
        SourcePosition? position)
    {
        RangeHistogram[] histograms = [.. tensors.Select(_ => new RangeHistogram())];
        var samples = 0;
        foreach (var (batch, values) in Activations.Read(context.Engine, model, tensors, context.Calibration!))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Progress.Report(new MethodProgress("ranges", samples, context.Calibration!.Count));
            var finite = new bool[histograms.Length];
            Parallel.For(0, histograms.Length, i => finite[i] = histograms[i].Add(values[i].As<float>()));
            if (Array.IndexOf(finite, false) is >= 0 and var bad)
            {
                throw NotFinite(tensors[bad], position);
            }

            samples += batch.Count;
        }

        return tensors.Zip(histograms).ToDictionary(pair => pair.First, pair => pair.Second.Range(rule), StringComparer.Ordinal);
    }

    private static DiagnosticException NotFinite(string tensor, SourcePosition? position) => new(
        MethodCodes.NotFinite,
        $"the tensor '{tensor}' has numbers on the calibration data that are not finite (NaN or infinity), which have no range. Check the data, or leave the "
            + "layers around it out ('layers: [\"!NAME\"]').",
        position);
}
