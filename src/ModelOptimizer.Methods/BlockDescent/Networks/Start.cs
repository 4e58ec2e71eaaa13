namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>The weights to begin with.</summary>
internal enum Start
{
    /// <summary>The model's own.</summary>
    Trained,

    /// <summary>0.01·N(0, 1).</summary>
    Normal,

    /// <summary>Uniform in ±0.02.</summary>
    Uniform,

    /// <summary>Kaiming He's normal, times 0.2 as in the paper's code.</summary>
    KaimingNormal,

    /// <summary>Kaiming He's uniform, times 0.2.</summary>
    KaimingUniform,

    /// <summary>LeCun's normal.</summary>
    LecunNormal,

    /// <summary>LeCun's uniform.</summary>
    LecunUniform,

    /// <summary>Xavier Glorot's normal.</summary>
    XavierNormal,

    /// <summary>Xavier Glorot's uniform.</summary>
    XavierUniform,

    /// <summary>Orthonormal rows or columns.</summary>
    Orthogonal,
}
