using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Methods.Quantization.Rate;

/// <summary>
/// What rounding a weight with step δ does to the model's outputs (in the unit of <see cref="OutputDivergence"/>): of a layer, by the gradients of the
/// outputs, or where these cannot be had, measured by rounding this weight alone.
/// </summary>
internal sealed class Sensitivities
{
    // Of the standard deviation of a weight: coarse enough to be seen in the outputs.
    private const double TrialStep = 0.5;

    // G, and effects divided by δ² and the number of weights.
    private readonly Dictionary<string, double> _gradients = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _effects = new(StringComparer.Ordinal);

    private Sensitivities()
    {
    }

    /// <summary>Measures all of <paramref name="targets"/>.</summary>
    /// <exception cref="DiagnosticException">Nothing has an effect: there are no floating-point outputs, or they do not vary (MOC2106).</exception>
    public static Sensitivities Measure(StepContext context, IReadOnlyList<WeightTarget> targets, SourcePosition? position)
    {
        var result = new Sensitivities();
        // An error of one of a weight's factors is none of its output channels.
        var layers = targets.Where(target => target.Through is null && RoundingWalk.IsWalked(target)).ToList();
        context.Progress.Report(new MethodProgress("gradients of the outputs", 0, 1));
        var sums = OutputGradients.Measure(context, [.. layers.Select(target => target.Layer)]);
        foreach (var target in layers.Where(_ => sums is not null))
        {
            result._gradients.Add(target.Name, sums![target.Layer.Output] / target.Layer.OutputChannels);
        }

        result.MeasureEffects(context, [.. targets.Where(target => !result._gradients.ContainsKey(target.Name))]);
        if (!result._gradients.Values.Concat(result._effects.Values).Any(value => value > 0))
        {
            throw new DiagnosticException(
                MethodCodes.NoTarget,
                "'rate' goes by what errors of the weights do to the model's floating-point outputs on the calibration data, and there are none that change. "
                    + "Write 'weights: 4' instead, or use calibration data that the outputs depend on.",
                position);
        }

        FillZeros(result._gradients);
        FillZeros(result._effects);
        return result;
    }

    /// <summary>G, what an error of variance 1 of each output channel of a layer does, a channel.</summary>
    /// <param name="target">A weight of one layer.</param>
    /// <param name="energy">tr(Σ̃)/D of what it reads: nearest numbers have errors of that times δ²/12.</param>
    public double Gradient(WeightTarget target, double energy) => _gradients.TryGetValue(target.Name, out var gradient)
        ? gradient
        : 12 * _effects[target.Name] / energy;

    /// <summary>What nearest numbers at step δ do, divided by δ²; of a layer whose inputs are not known as if each of them had the energy 1.</summary>
    public double Effect(WeightTarget target) => target.Layer.WeightCount
        * (_effects.TryGetValue(target.Name, out var effect) ? effect : _gradients[target.Name] / 12);

    // What has no effect on these samples may have one on others: it is taken for the least of those that have.
    private static void FillZeros(Dictionary<string, double> values)
    {
        var least = values.Values.Where(value => value > 0).DefaultIfEmpty(1).Min();
        foreach (var name in values.Where(value => !(value.Value > 0)).Select(value => value.Key).ToList())
        {
            values[name] = least;
        }
    }

    private void MeasureEffects(StepContext context, IReadOnlyList<WeightTarget> targets)
    {
        if (targets.Count == 0)
        {
            return;
        }

        var outputs = OutputGradients.Outputs(context.Model, context.Shapes);
        OnnxModel Compared(OnnxModel model) => TapModel.Build(model, outputs);
        var divergence = outputs.Count == 0 ? null : OutputDivergence.Of(context with { Model = Compared(context.Model) }, targets.Count);
        for (var i = 0; i < targets.Count; i++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Progress.Report(new MethodProgress($"effect of {targets[i].Name}", i, targets.Count));
            var changed = context.Model.Clone();
            var tensor = new ConstantLookup(changed.Graph)[targets[i].Layer.Weight];
            var values = WeightValues.ReadDoubles(tensor);
            var step = TrialStep * Math.Sqrt(values.Average(value => value * value));
            if (step > 0)
            {
                WeightValues.Write(tensor, Array.ConvertAll(values, value => Math.Round(value / step) * step));
            }

            _effects.Add(targets[i].Name, step > 0 && divergence is not null ? divergence.Measure(Compared(changed)) / (step * step * values.Length) : 0);
        }
    }
}
