using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Tensors;

/// <summary>A model ready to run. Made by <see cref="Engine.CreateSession"/>; dispose before the engine.</summary>
public sealed class ModelSession : IDisposable
{
    /// <summary>Runs once.</summary>
    /// <param name="inputs">Every input by name.</param>
    /// <param name="outputs">The outputs wanted; null for all.</param>
    public IReadOnlyDictionary<string, HostTensor> Run(IReadOnlyDictionary<string, HostTensor> inputs, IReadOnlyCollection<string>? outputs = null) => throw new NotImplementedException(inputs.ToString());

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
