namespace ModelOptimizer.Pipeline.Initialization;

/// <summary>Names made from a model's file name.</summary>
internal static class ModelName
{
    private const string Suffix = "Model";

    /// <summary>The model's name in a manifest.</summary>
    public static string Of(string path)
    {
        var name = string.Concat(Path.GetFileNameWithoutExtension(path).Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '-')).Trim('-');
        return name.Length > 0 && char.IsAsciiLetter(name[0]) ? name : $"model-{name}".TrimEnd('-');
    }

    /// <summary>The class that opens it: <c>resnet-18.onnx</c> is <c>Resnet18Model</c>.</summary>
    public static string Accessor(string path)
    {
        var words = Of(path).Split('-', '_').Where(word => word.Length > 0).Select(word => char.ToUpperInvariant(word[0]) + word[1..]);
        var name = string.Concat(words);
        return name.EndsWith(Suffix, StringComparison.Ordinal) ? name : name + Suffix;
    }
}
