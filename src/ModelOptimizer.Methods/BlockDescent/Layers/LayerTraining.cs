using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>Fits every layer to itself alone (<c>mode: layer</c>).</summary>
internal static class LayerTraining
{
    /// <summary>Fits the layers that have a set.</summary>
    public static Training Run(StepContext context, NnBcdOptions options, IReadOnlyList<SelectedLayer> layers)
    {
        if (context.Calibration is null)
        {
            throw new DiagnosticException(MethodCodes.NoCalibration, "the method measures the layers' inputs, and the model has no calibration data. Add 'calibrate: { dataset: … }' or 'calibrate: { random: 64 }' to the model.", options.Position);
        }

        var chosen = layers.Where(layer => layer.Set is not null).ToList();
        context.Progress.Report(new MethodProgress("second moments", 0, 0));
        context.Statistics.Require([.. chosen.Select(layer => MomentKey.Of(layer.Layer)).Distinct()], context.Cancellation);
        var constants = new ConstantLookup(context.Model.Graph);
        var (trained, series) = (new List<TrainedLayer>(), new List<Series>());
        foreach (var layer in chosen)
        {
            context.Progress.Report(new MethodProgress(layer.Layer.Name, trained.Count, chosen.Count));
            var moment = context.Statistics[MomentKey.Of(layer.Layer)];
            var fit = new LayerFit(
                context.Engine.LinearAlgebra,
                options,
                StoredWeight.Read(layer.Layer, constants[layer.Layer.Weight]),
                [.. moment.Sigma.Select((_, group) => MomentPreparation.Prepare(moment, group, centred: false, shrink: null))]);
            var (copy, objective) = fit.Run(layer.Set!, context.Cancellation);
            trained.Add(new TrainedLayer(layer.Layer, copy.Value, copy, null) { RelativeError = fit.RelativeError(copy.Value) });
            series.Add(new Series("objective", layer.Layer.Name, "sweep", "objective of the layer", [.. objective.Select((value, k) => new SeriesPoint(k, value))]));
        }

        return new Training(trained, series, []);
    }
}
