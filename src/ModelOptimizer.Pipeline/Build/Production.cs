namespace ModelOptimizer.Pipeline.Build;

/// <summary>What came out of all manifests of a build, before anything reaches its place.</summary>
/// <param name="Models">The models, in the manifests' order.</param>
/// <param name="Inputs">Every file that was read or looked for.</param>
/// <param name="ExitCode">The worst of all; see <see cref="Running.ExitCode"/>.</param>
internal sealed record Production(IReadOnlyList<ProducedModel> Models, IReadOnlyList<string> Inputs, int ExitCode);
