using System.Text.RegularExpressions;
using ModelOptimizer.Fuzz;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests.Pages;

/// <summary>Commands of the pages that are not carried out here, and what does it.</summary>
internal static partial class ExecutedElsewhere
{
    private const string Name = "it is a name in a sentence, and executed where it has its arguments";
    private const string EndToEnd = "tests/ModelOptimizer.EndToEnd.Tests/";

    private static readonly string[] Steps = [.. Step().Matches(File.ReadAllText(FromRoot(".ci/run"))).Select(match => match.Groups["command"].Value + " ")];

    /// <summary>By file that executes them, as the pages write them.</summary>
    public static IReadOnlyDictionary<string, string[]> Listed { get; } = new Dictionary<string, string[]>
    {
        // As somebody with an empty home folder.
        [EndToEnd + "Scenarios/Pages.cs"] =
        [
            "dotnet nuget add source ~/modelopt-packages --name modelopt",
            "dotnet tool install --global ModelOptimizer.Tool --version 0.1.0",
            "cd path/to/your/project",
            "dotnet build",
            "dotnet add package ModelOptimizer.Build --version 0.1.0",
            "dotnet add package ModelOptimizer.Build",
            "dotnet new install ModelOptimizer.Templates",
            "dotnet new modelopt-manifest --help",
            "dotnet new modelopt-manifest -n digits --model models/digits.onnx",
            "dotnet new modelopt-manifest -n classifier --model models/classifier.onnx --input image --calibration data/train.npz --test data/test.npz",
            "dotnet new modelopt-app -n Digits",
            "cd Digits",
            "dotnet run",
            "dotnet restore",
            "dotnet --list-runtimes",
        ],
        // For all tests that use the command.
        [EndToEnd + "Infrastructure/InstalledTool.cs"] = ["dotnet tool install --global ModelOptimizer.Tool"],
        // Block by block.
        [EndToEnd + "Scenarios/ContinuousIntegration.cs"] =
        [
            "dotnet new tool-manifest",
            "dotnet tool install ModelOptimizer.Tool --version 0.1.0",
            "git add dotnet-tools.json modelopt.yaml modelopt.lock.json models/digits.onnx data",
            "git diff modelopt.lock.json",
            "git add modelopt.yaml modelopt.lock.json",
            "git checkout -- modelopt.lock.json",
        ],
        // With packages that stand in for those of hundreds of megabytes.
        [EndToEnd + "Scenarios/TorchSharpFromItsPackages.cs"] =
        [
            "dotnet package download ModelOptimizer.TorchSharp@0.1.0 TorchSharp@0.107.0 libtorch-cpu-linux-x64@2.10.0 --output ~/modelopt-torchsharp",
            "export ModelOptimizerTorchSharpDirectory=~/modelopt-torchsharp",
            "modelopt compress --linear-algebra torchsharp",
        ],
        // All at once, into another folder.
        [EndToEnd + "Infrastructure/Packages.cs"] =
        [
            "dotnet pack src/ModelOptimizer.Build -c Release -o ~/modelopt-packages",
            "dotnet pack src/ModelOptimizer.Tool -c Release -o ~/modelopt-packages",
            "dotnet pack templates -c Release -o ~/modelopt-packages",
        ],
        // Where these tests are inside.
        [".ci/run"] = [".ci/run"],
        [".ci/webgpu"] =
        [
            "apt-get install --no-install-recommends chromium-common libvulkan1",
            "export VK_DRIVER_FILES=/usr/lib/chromium/vk_swiftshader_icd.json VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json",
            "export XDG_RUNTIME_DIR=$(mktemp -d)",
            "dotnet build src/ModelOptimizer.Runtime.Desktop -t:GetLibrary",
            "export ModelOptimizerRuntimeDirectory=$PWD/src/ModelOptimizer.Runtime.Desktop/obj/npm/linux-x64",
        ],
        // By hand, minutes long; the page has what came out.
        ["eng/train/README.md"] = ["eng/train/run"],
        ["docs/architecture.md"] = ["dotnet run --project eng/bench -c Release -- structure"],
        ["docs/results.md"] = ["dotnet run --project eng/train/TrainDigits -c Release"],
        // By hand, since they download hundreds of megabytes; the pages have what was run.
        ["docs/devices.md"] =
        [
            "dotnet package download Microsoft.ML.OnnxRuntime.Gpu.Linux@1.30.0 --output ~/modelopt-runtime",
            "export ModelOptimizerRuntimeDirectory=$(echo ~/modelopt-runtime/microsoft.ml.onnxruntime.gpu.linux/*/runtimes/linux-x64/native)",
        ],
        // By hand: the first packs with a stand-in in Infrastructure/Packages.cs, and none is a build's business.
        ["docs/packages.md"] =
        [
            "dotnet pack src/ModelOptimizer.Runtime.Desktop -c Release -o ~/modelopt-packages",
            "dotnet pack src/ModelOptimizer.Runtime.Desktop -c Release -o ~/modelopt-packages -p:RuntimePlatform=win-x64",
            "dotnet pack src/ModelOptimizer.Runtime.Desktop -c Release -o ~/modelopt-packages -p:RuntimePlatform=win-arm64",
        ],
        ["src/ModelOptimizer.Runtime.Desktop/PACKAGE.md"] =
        [
            "dotnet package download ModelOptimizer.Runtime.Desktop.linux-x64@0.1.0 --output ~/modelopt-runtime",
            "export ModelOptimizerRuntimeDirectory=$(echo ~/modelopt-runtime/modeloptimizer.runtime.desktop.linux-x64/*/runtimes/linux-x64/native)",
        ],
        ["docs/torchsharp.md"] =
        [
            "dotnet publish linear-algebra --use-current-runtime --no-self-contained -o linear-algebra/plugin",
            "dotnet test ModelOptimizer.Build.sln -c Release -p:WithTorchSharp=true",
            "dotnet pack src/ModelOptimizer.TorchSharp -c Release -o ~/modelopt-packages",
        ],
    };

    /// <summary>What nothing executes, and why not.</summary>
    public static IReadOnlyDictionary<string, string> Nowhere { get; } = new Dictionary<string, string>
    {
        ["modelopt init"] = Name,
        ["modelopt blocks"] = Name,
        ["dotnet new"] = Name,
        ["dotnet new modelopt-manifest"] = Name,
        ["dotnet new modelopt-app"] = Name,
        ["git lfs install"] = "it changes the user's settings of git",
        ["git lfs pull"] = "it needs a server with files of Git LFS",
        ["dotnet build-server shutdown"] = "it would end the servers of the build that runs these tests",
    };

    /// <summary>Whether something executes a command.</summary>
    public static bool Has(string command) =>
        Nowhere.ContainsKey(command) || Listed.Values.Any(commands => commands.Contains(command)) || IsStep(command) || IsTest(command) || IsBenchmark(command)
        || IsFuzzing(command);

    // What `.ci/run` does may have options more.
    private static bool IsStep(string command) => Steps.Any(step => step.StartsWith(command + " ", StringComparison.Ordinal));

    // A part of all tests, if there are tests of that name.
    private static bool IsTest(string command) =>
        Test().Match(command) is { Success: true } test
        && Directory.EnumerateFiles(FromRoot(test.Groups["project"].Value), $"*{test.Groups["filter"].Value}*.cs", SearchOption.AllDirectories).Any();

    // By hand: the rows below the command are what came out.
    private static bool IsBenchmark(string command) =>
        Benchmark().Match(command) is { Success: true } benchmark
        && File.ReadAllText(FromRoot("eng/bench/Program.cs")).Contains($"[\"{benchmark.Groups["name"].Value}\"", StringComparison.Ordinal);

    // By hand, and a few thousand inputs of each kind by FuzzTests.
    private static bool IsFuzzing(string command) =>
        Fuzzing().Match(command) is { Success: true } fuzzing
        && (fuzzing.Groups["kind"].Value == "all" || Campaigns.Kind(fuzzing.Groups["kind"].Value).Specimens.Count > 0);

    private static string FromRoot(string path) => Path.Combine(Repository.Root, path);

    [GeneratedRegex(@"^step (?<command>[^&\n]*)", RegexOptions.Multiline)]
    private static partial Regex Step();

    [GeneratedRegex(@"^dotnet test (?<project>tests/[\w.]+) -c Release --filter (?<filter>\w+)$")]
    private static partial Regex Test();

    [GeneratedRegex(@"^dotnet run --project eng/fuzz -c Release -- (?<kind>\w+) (\d+ \d+|--only \d+:\d+)$")]
    private static partial Regex Fuzzing();

    [GeneratedRegex(@"^dotnet run --project eng/bench -c Release -- (?<name>\w+)( |$)")]
    private static partial Regex Benchmark();
}
