namespace ModelOptimizer.Methods.Convex;

/// <summary>What a student sees while it is fitted.</summary>
internal enum InputKind
{
    /// <summary>The original's activations, as published: every block by itself.</summary>
    Teacher,

    /// <summary>The activations of the model so far, with the blocks before already replaced.</summary>
    Sequential,
}
