using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Manifest;

/// <summary>A folder with the files that the manifests of these tests name; readers of manifests only look whether they are there.</summary>
internal sealed class ManifestFolder : IDisposable
{
    private readonly TempFolder _folder = new();

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
            File.WriteAllText(_folder[name], "");
        }

        Directory.CreateDirectory(_folder["classes"]);
    }

    public string Path => _folder.Path;

    public string this[string name] => _folder[name];

    public CompressionPlan Read(string yaml, bool filesMustExist = true)
    {
        File.WriteAllText(_folder["modelopt.yaml"], yaml);
        return ManifestReader.Read(_folder["modelopt.yaml"], [new SampleMethod()], filesMustExist);
    }

    public void Dispose() => _folder.Dispose();
}
