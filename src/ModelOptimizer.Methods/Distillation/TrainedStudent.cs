using ModelOptimizer.Onnx;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>What a training made.</summary>
/// <param name="Model">The student with other numbers.</param>
/// <param name="Weights">The numbers that changed, by constant.</param>
/// <param name="Losses">The loss of every step's batch, before the step.</param>
internal sealed record TrainedStudent(OnnxModel Model, IReadOnlyDictionary<string, double[]> Weights, IReadOnlyList<float> Losses)
{
    // A plot shows no more.
    private const int MostPoints = 200;

    /// <summary>The loss over the steps: means of as many steps as it takes to have few points.</summary>
    public Series LossSeries(string method)
    {
        var width = Math.Max(1, (Losses.Count + MostPoints - 1) / MostPoints);
        return new Series("training", method, "step", "loss", [.. Losses.Chunk(width).Select((part, index) => new SeriesPoint((index * width) + part.Length, part.Average()))]);
    }
}
