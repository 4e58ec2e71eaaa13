namespace ModelOptimizer.Methods.Distillation;

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
