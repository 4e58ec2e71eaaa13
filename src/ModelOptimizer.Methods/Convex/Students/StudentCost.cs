namespace ModelOptimizer.Methods.Convex;

/// <summary>What a student costs when it runs.</summary>
/// <param name="Width">Number of its gates.</param>
/// <param name="LearnedWeights">Weights without the gates', biases not counted.</param>
/// <param name="GateWeights">Weights of the gates, which are fixed and run all the same.</param>
/// <param name="Macs">Multiply-adds of one sample, gates included.</param>
internal readonly record struct StudentCost(int Width, long LearnedWeights, long GateWeights, long Macs)
{
    /// <summary>All weights.</summary>
    public long Weights => LearnedWeights + GateWeights;
}
