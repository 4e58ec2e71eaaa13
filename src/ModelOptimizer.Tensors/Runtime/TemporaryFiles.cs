using ModelOptimizer.Onnx;

namespace ModelOptimizer.Tensors.Runtime;

/// <summary>Where temporary files go. The process that watches this one removes the folder, also when this one crashed.</summary>
internal static class TemporaryFiles
{
    /// <summary>The folder; the system's by default.</summary>
    public static string Root { get; private set; } = Path.GetTempPath();

    /// <summary>Makes the folder at <paramref name="path"/> the one.</summary>
    public static void MoveTo(string path)
    {
        Disk.PrivateFolder(path);
        Root = path;
    }

    /// <summary>A path of a file that is not there yet.</summary>
    public static string NewPath() => Path.Combine(Root, $"modelopt-{Path.GetRandomFileName()}");

    /// <summary>Makes a folder. Models may be secret, so that nobody else may look into it.</summary>
    public static DirectoryInfo NewFolder() => Disk.PrivateFolder(NewPath());
}
