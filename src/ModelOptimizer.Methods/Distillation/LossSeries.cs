using System.Globalization;
using ModelOptimizer.Tensors.Training;

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
        return new Series(
            "training",
            name,
            "step",
            "loss",
            [.. losses.Chunk(width).Select((part, index) => new SeriesPoint((index * width) + part.Length, part.Average()))]
        );
    }
}

/// <summary>Tells how far a training is, with its loss.</summary>
internal sealed class StepProgress(IProgress<MethodProgress> progress) : IProgress<TrainingProgress>
{
    /// <summary>The last step told.</summary>
    public long Step { get; private set; }

    public void Report(TrainingProgress value)
    {
        Step = value.Step;
        progress.Report(
            new MethodProgress("training", (int)value.Step, (int)value.Steps, string.Create(CultureInfo.InvariantCulture, $"loss {value.Loss:0.0000}"))
        );
    }
}
