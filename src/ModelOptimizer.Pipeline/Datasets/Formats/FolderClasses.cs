using System.Runtime.InteropServices;

namespace ModelOptimizer.Pipeline.Datasets.Formats;

/// <summary>The class of each sample of a folder: the place of its sub-folder's name among all of them.</summary>
internal sealed class FolderClasses(SampleFolder folder, string root) : ISampleArray
{
    public string Name => $"the sub-folders of {root}";

    public ArrayHeader Header { get; } = new(new ElementFormat(ElementKind.Signed, sizeof(long), !BitConverter.IsLittleEndian), [folder.Count], 0);

    public ISampleReader Open() => new Reader(folder);

    private sealed class Reader(SampleFolder folder) : ISampleReader
    {
        private int _next;

        public void Skip(long samples) => _next += (int)samples;

        public void Read(Span<byte> sample) => MemoryMarshal.Write(sample, (long)folder.ClassOf(_next++));

        public void Finish()
        {
        }

        public void Dispose()
        {
        }
    }
}
