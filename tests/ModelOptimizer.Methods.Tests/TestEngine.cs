// Linear algebra is for one thread at a time, and all tests share one engine.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace ModelOptimizer.Methods.Tests;

internal static class TestEngine
{
    private static readonly Lazy<Engine> Engine = new(() => new Engine(DeviceSelector.Select("cpu")));

    public static Engine Shared => Engine.Value;
}
