namespace ModelOptimizer.Methods.Convex;

/// <summary>A block and what shall become of it.</summary>
/// <param name="Task">The block.</param>
/// <param name="Form">The student that replaces it; null leaves it alone.</param>
/// <param name="Reason">Why it is left alone; null when it is not.</param>
internal sealed record SelectedBlock(BlockTask Task, IStudentForm? Form, string? Reason)
{
    /// <summary>Weights that the student saves.</summary>
    public long Saved => Task.Block.Weights - Form!.Cost(Task).Weights;

    /// <summary>The same block, left alone.</summary>
    public SelectedBlock Without(string reason) => this with { Form = null, Reason = reason };
}
