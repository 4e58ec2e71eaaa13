namespace ModelOptimizer.Methods.Distillation;

/// <summary>The loss over the steps of a training.</summary>
internal static class LossSeries
{
    /// <summary>Means of as many steps as it takes to have few points.</summary>
    /// <param name="name">The line's name.</param>
    /// <param name="losses">The loss of every step's batch, before the step.</param>
    public static Series Of(string name, IReadOnlyList<float> losses)
    {
        var width = Math.Max(1, (losses.Count + PlotPoints.Most - 1) / PlotPoints.Most);
        return new Series("training", name, "step", "loss", [.. losses.Chunk(width).Select((part, index) => new SeriesPoint((index * width) + part.Length, part.Average()))]);
    }
}
