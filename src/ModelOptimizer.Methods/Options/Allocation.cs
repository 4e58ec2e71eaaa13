namespace ModelOptimizer.Methods.Options;

/// <summary>How a budget is shared among layers.</summary>
internal enum Allocation
{
    /// <summary>By what each layer's Σ-error does to the model's output.</summary>
    Sigma,

    /// <summary>Every layer keeps the same fraction f of both ranks.</summary>
    Uniform,
}
