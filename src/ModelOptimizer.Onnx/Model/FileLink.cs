namespace ModelOptimizer.Onnx;

internal static class FileLink
{
    /// <summary>The file that a path leads to: existence and length of a link are not those of its target.</summary>
    public static FileInfo Target(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
    }
}
