namespace ModelOptimizer.Tensors.Tests.Devices;

/// <summary>Everything that runs on WebGPU: two of its sessions that run at once bring the process down.</summary>
[CollectionDefinition(Name)]
public sealed class WebGpuGroup : ICollectionFixture<WebGpuFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "WebGPU";
}
