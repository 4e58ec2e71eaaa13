using ModelOptimizer.Onnx.Statistics;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>What a training did to one layer: its numbers are others, and as many.</summary>
internal static class StudentOutcome
{
    public static LayerOutcome Of(Student student, WeightLayer layer, TrainedStudent trained, string? note = null)
    {
        var changed = trained.Weights.GetValueOrDefault(layer.Weight);
        var macs = layer.Obstacle is null ? ModelStatistics.Macs(layer, student.Shapes) : null;
        return new LayerOutcome
        {
            Layer = layer.Name,
            ParametersBefore = layer.WeightCount,
            ParametersAfter = layer.WeightCount,
            MacsBefore = macs,
            MacsAfter = macs,
            RelativeError = changed is null ? null : TrainedWeights.Change(student.Model, layer.Weight, changed),
            SkipReason = changed is null ? student.Obstacle(layer) ?? "the output does not depend on it" : null,
            Note = changed is null ? null : note ?? "trained",
        };
    }
}

/// <summary>What a training made.</summary>
/// <param name="Model">The student with other numbers.</param>
/// <param name="Weights">The numbers that changed, by constant.</param>
/// <param name="Losses">The loss of every step's batch, before the step.</param>
internal sealed record TrainedStudent(OnnxModel Model, IReadOnlyDictionary<string, double[]> Weights, IReadOnlyList<float> Losses);

/// <summary>Puts trained numbers where the student has its own: nothing else of the model changes.</summary>
internal static class TrainedWeights
{
    /// <summary>A clone of <paramref name="student"/> with other numbers.</summary>
    /// <param name="student">The student.</param>
    /// <param name="weights">Numbers by constant, in its stored order.</param>
    public static OnnxModel Write(OnnxModel student, IReadOnlyDictionary<string, double[]> weights)
    {
        var model = student.Clone();
        var constants = new ConstantLookup(model.Graph);
        foreach (var (name, values) in weights)
        {
            WeightValues.Write(constants[name], values);
        }

        return model;
    }

    /// <summary>‖W − W₀‖/‖W₀‖, 0 where both are zero.</summary>
    public static double Change(OnnxModel student, string name, double[] values)
    {
        var before = WeightValues.ReadDoubles(new ConstantLookup(student.Graph)[name]);
        var norm = Math.Sqrt(before.Sum(value => value * value));
        var distance = Math.Sqrt(before.Zip(values, (a, b) => (a - b) * (a - b)).Sum());
        return norm > 0 ? distance / norm : distance;
    }
}
