namespace ModelOptimizer.Methods.Distillation;

/// <summary>What the student's outputs are held against.</summary>
internal enum LossKind
{
    /// <summary>The teacher's outputs: no labels are needed.</summary>
    Kd,

    /// <summary>The labels.</summary>
    Ce,

    /// <summary>Both.</summary>
    Mixed,
}
