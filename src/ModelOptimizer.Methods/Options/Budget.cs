namespace ModelOptimizer.Methods.Options;

/// <summary>How much of the model may remain.</summary>
/// <param name="Measure">What is counted.</param>
/// <param name="Amount">A fraction of the original's when <paramref name="IsFraction"/>; otherwise bytes, weights or multiply-adds. 0 stands for <see cref="Auto"/>.</param>
/// <param name="IsFraction">Whether <paramref name="Amount"/> is relative.</param>
/// <param name="Allocation">How it is shared among the layers.</param>
internal sealed record Budget(BudgetMeasure Measure, double Amount, bool IsFraction, Allocation Allocation = Allocation.Sigma)
{
    /// <summary>The smallest model that passes the gates: a search decides.</summary>
    public static Budget Auto { get; } = new(BudgetMeasure.Size, 0, IsFraction: true);

    /// <summary>Whether this is <see cref="Auto"/>.</summary>
    public bool IsAuto => Amount == 0;
}
