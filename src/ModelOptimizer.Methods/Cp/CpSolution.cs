namespace ModelOptimizer.Methods.Cp;

/// <summary>The end of a solve.</summary>
/// <param name="Factors">Balanced factors.</param>
/// <param name="SquaredError">tr(ΔΣΔᵀ).</param>
/// <param name="Errors">After each sweep what was watched: the relative error e, with the penalty in it while there is one.</param>
/// <param name="Ridge">ρ of the penalty at the end; 0 where no component grew too large.</param>
internal sealed record CpSolution(CpFactors Factors, double SquaredError, IReadOnlyList<double> Errors, double Ridge);
