namespace ModelOptimizer.Bench;

/// <summary>MNIST for manifests.</summary>
internal static class MnistData
{
    /// <summary>The folder with the files.</summary>
    public static string Folder(string shared) => Path.GetFullPath(Path.Combine(shared, "data", "mnist"));

    /// <summary>The datasets <c>train</c> and <c>test</c>.</summary>
    /// <param name="folder">The folder with the files.</param>
    /// <param name="input">The model's input.</param>
    /// <param name="preprocess">What is done to a pixel.</param>
    public static string Datasets(string folder, string input, string preprocess) => $$"""
        datasets:
          train:
            inputs: { "{{input}}": {{folder}}/train-images-idx3-ubyte.gz }
            labels: {{folder}}/train-labels-idx1-ubyte.gz
            preprocess: { {{preprocess}} }
          test:
            inputs: { "{{input}}": {{folder}}/t10k-images-idx3-ubyte.gz }
            labels: {{folder}}/t10k-labels-idx1-ubyte.gz
            preprocess: { {{preprocess}} }
        """;
}
