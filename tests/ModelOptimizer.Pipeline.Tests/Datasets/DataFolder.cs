using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Testing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Pipeline.Tests.Datasets;

/// <summary>Data files, and datasets over them as the manifest reader would give them.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly TempFolder _folder = new();

    public string Path => _folder.Path;

    public string this[string name] => _folder[name];

    public static ModelTensor Input(params long[] shape) => new("image", DataType.Double, shape);

    /// <summary>All values of an input, sample after sample.</summary>
    public static double[] Values(IBatchSource source, string input = "image") =>
        [.. source.Read().SelectMany(batch => batch.Inputs[input].As<double>().ToArray())];

    public DataFolder Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(_folder[name])!);
        File.WriteAllBytes(_folder[name], bytes);
        return this;
    }

    public DataFolder Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>A dataset in a table, or in a folder of samples.</summary>
    public DatasetPlan In(string path, string? labels, params (string Input, string Array)[] inputs) => new()
    {
        Name = "digits",
        Position = new SourcePosition("modelopt.yaml", 3, 3),
        Path = _folder[path],
        Inputs = inputs.ToDictionary(input => input.Input, input => input.Array),
        Labels = labels,
        Files = [_folder[path]],
    };

    /// <summary>A dataset whose arrays are files.</summary>
    public DatasetPlan Files(string image, string? labels = null) => new()
    {
        Name = "digits",
        Position = new SourcePosition("modelopt.yaml", 3, 3),
        Inputs = new Dictionary<string, string> { ["image"] = _folder[image] },
        Labels = labels is null ? null : _folder[labels],
        Files = [_folder[image]],
    };

    /// <summary>A dataset in one archive.</summary>
    public DatasetPlan Archive(string path, string image = "images", string? labels = null) => new()
    {
        Name = "digits",
        Position = new SourcePosition("modelopt.yaml", 3, 3),
        Path = _folder[path],
        Inputs = new Dictionary<string, string> { ["image"] = image },
        Labels = labels,
        Files = [_folder[path]],
    };

    public void Dispose() => _folder.Dispose();
}
