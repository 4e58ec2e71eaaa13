using ModelOptimizer.Tensors.Training;

namespace TrainDigits;

/// <summary>Says now and then how far the training is.</summary>
internal sealed class ProgressLine(int every) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        if (value.Step % every == 0)
        {
            Console.WriteLine($"step {value.Step} of {value.Steps}, loss {value.Loss:F4}, {value.Remaining:mm\\:ss} left");
        }
    }
}
