using ModelOptimizer.Pipeline.Datasets;

namespace ModelOptimizer.Pipeline.Tests.Examples;

/// <summary>A file of float32 numbers and nothing else; an array's name is the shape of a sample, such as <c>28x28</c>.</summary>
internal sealed class RawFloats(string path) : IDataContainer
{
    public static DataFormat Format { get; } =
        new(ArrayNaming.Name, "28x28", dataset => new RawFloats(dataset.Path!)) { Endings = [".f32"], Words = "an .f32 file" };

    public IReadOnlyList<string> Names => [];

    public ISampleArray Input(string name) => new Samples(path, Array.ConvertAll(name.Split('x'), long.Parse));

    public ISampleArray Labels(string name) => Input(name);

    private sealed class Samples(string path, long[] shape) : ISampleArray
    {
        private readonly long _bytes = sizeof(float) * shape.Aggregate((product, extent) => product * extent);

        public string Name => path;

        public ArrayHeader Header =>
            new(new ElementFormat(ElementKind.Float, sizeof(float), IsBigEndian: false), [new FileInfo(path).Length / _bytes, .. shape], Offset: 0);

        public ISampleReader Open() => new StreamSamples(File.OpenRead(path), _bytes);
    }
}
