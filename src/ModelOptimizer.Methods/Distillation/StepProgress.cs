using System.Globalization;
using ModelOptimizer.Tensors.Training;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>Tells how far a training is, with its loss.</summary>
internal sealed class StepProgress(IProgress<MethodProgress> progress) : IProgress<TrainingProgress>
{
    /// <summary>The last step told.</summary>
    public long Step { get; private set; }

    public void Report(TrainingProgress value)
    {
        Step = value.Step;
        progress.Report(new MethodProgress("training", (int)value.Step, (int)value.Steps, string.Create(CultureInfo.InvariantCulture, $"loss {value.Loss:0.0000}")));
    }
}
