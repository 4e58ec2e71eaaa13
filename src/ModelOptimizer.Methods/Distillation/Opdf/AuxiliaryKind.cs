namespace ModelOptimizer.Methods.Distillation;

/// <summary>What becomes of L_Aux.</summary>
internal enum AuxiliaryKind
{
    /// <summary>It pulls the auxiliary tensors to the teacher's, as the paper describes.</summary>
    Differentiable,

    /// <summary>It is computed from copies, as in the public code: the loss is higher by it, and no gradient comes of it.</summary>
    Detached,

    /// <summary>There is none.</summary>
    None,
}
