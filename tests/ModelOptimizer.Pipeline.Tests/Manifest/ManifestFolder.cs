using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Manifest;

/// <summary>A folder with the files that the manifests of these tests name; readers of manifests only look whether they are there.</summary>
internal sealed class ManifestFolder : IDisposable
{
    private readonly TempFolder folder = new();

    public ManifestFolder()
    {
        foreach (
            var name in new[]
            {
                "digits.onnx",
                "letters.onnx",
                "train.npz",
                "test.npz",
                "images.npy",
                "images-idx3-ubyte.gz",
                "labels-idx1-ubyte.gz",
                "table.csv",
            }
        )
        {
            File.WriteAllText(folder[name], "");
        }

        Directory.CreateDirectory(folder["classes"]);
    }

    public string Path => folder.Path;

    public string this[string name] => folder[name];

    public CompressionPlan Read(string yaml, bool filesMustExist = true)
    {
        File.WriteAllText(folder["modelopt.yaml"], yaml);
        return ManifestReader.Read(folder["modelopt.yaml"], [new SampleMethod()], filesMustExist);
    }

    public void Dispose() => folder.Dispose();
}
