using Microsoft.Build.Framework;
using ModelOptimizer.Build.Tests.Infrastructure;

namespace ModelOptimizer.Build.Tests;

public sealed class CompressModelsTests
{
    private const string Succeeded = """
        "succeeded":true,"inputs":[],"outputs":[{"path":"d%@;.onnx","kind":"resource","logicalName":"Digits.onnx","length":2}],"diagnostics":[],"messages":[]
        """;

    [ShellFact]
    public void Outputs_Become_Items_Whatever_Their_Names()
    {
        using var tool = new ScriptedTool("printf ok > 'obj/d%@;.onnx'\n" + ScriptedTool.WritesState(Succeeded));

        tool.Task.Execute().ShouldBeTrue();

        tool.Task.Files.Select(file => (file.ItemSpec, file.GetMetadata("Kind"), file.GetMetadata("LogicalName"))).ShouldBe(
        [
            (tool.Path("obj", "d%@;.onnx"), "resource", "Digits.onnx"),
            (tool.Path("obj", "state.json"), "state", ""),
        ]);
        ((ITaskItem2)tool.Task.Files[0]).EvaluatedIncludeEscaped.ShouldEndWith("d%25%40%3b.onnx");
        Directory.GetFiles(tool.Path("obj"), "request*").ShouldBeEmpty();
    }

    [ShellFact]
    public void A_Folder_That_Cannot_Be_Made_Is_The_Users_Error()
    {
        using var tool = new ScriptedTool("exit 0\n");
        tool.Write("obj", "a file");

        tool.Task.Execute().ShouldBeFalse();

        var error = tool.Engine.Errors.ShouldHaveSingleItem();
        (error.Code, error.File).ShouldBe(("MOC5113", tool.Path("obj")));
        error.Message!.ShouldContain("Check its permissions, the free space");
    }

    [ShellFact]
    public void A_Full_Disk_Is_The_Users_Error()
    {
        using var tool = new ScriptedTool("exit 0\n");
        Directory.CreateDirectory(tool.Path("obj"));
        // Whatever is written to this device of Linux finds no space.
        File.CreateSymbolicLink(tool.Path("obj", $"request-{Environment.ProcessId}.json"), "/dev/full");

        tool.Task.Execute().ShouldBeFalse();

        tool.Engine.Errors.ShouldHaveSingleItem().Code.ShouldBe("MOC5113");
    }

    [ShellFact]
    public void A_State_That_Begins_Like_Another_Encoding_Is_No_State()
    {
        using var tool = new ScriptedTool("printf ok > 'obj/d%@;.onnx'\n" + ScriptedTool.WritesState(Succeeded));
        tool.Write(Path.Combine("obj", "state.json"), "\0{\0\"");

        tool.Task.Execute().ShouldBeTrue();

        new ReadLastCompression { BuildEngine = tool.Engine, StateFile = tool.Path("obj", "state.json") }.Execute().ShouldBeTrue();
    }

    [ShellFact]
    public void The_Tool_Is_Not_Started_Again_When_Nothing_Changed()
    {
        using var tool = new ScriptedTool("printf ok > 'obj/d%@;.onnx'\n" + ScriptedTool.WritesState(Succeeded));
        tool.Task.Execute().ShouldBeTrue();
        tool.Engine.Messages.Clear();
        var files = tool.Task.Files;

        tool.Task.Execute().ShouldBeTrue();

        tool.Started.ShouldBeFalse();
        tool.Task.Files.Select(file => file.ItemSpec).ShouldBe(files.Select(file => file.ItemSpec));
    }

    [ShellFact]
    public void What_The_Tool_Says_Reaches_The_Log_And_Stray_Text_Is_No_Error()
    {
        using var tool = new ScriptedTool("""
            echo '{"type":"message","importance":"high","text":"digits: 40 % {0}"}'
            echo 'libfoo error : looks like one'
            echo 'x error CS0001: neither' >&2
            echo '{"type":"diagnostic","severity":"warning","code":"MOC4003","file":"/p/modelopt.yaml","line":3,"column":4,"message":"slow {1}"}'
            echo '{"type":"diagnostic","severity":"error","code":"MOC4001","file":"/p/modelopt.yaml","line":12,"column":9,"message":"too large"}'
            exit 1

            """);

        tool.Task.Execute().ShouldBeFalse();

        var error = tool.Engine.Errors.ShouldHaveSingleItem();
        (error.Code, error.File, error.LineNumber, error.ColumnNumber, error.Message).ShouldBe(("MOC4001", "/p/modelopt.yaml", 12, 9, "too large"));
        tool.Engine.Warnings.ShouldHaveSingleItem().Message.ShouldBe("slow {1}");
        tool.Engine.Messages.ShouldContain(message => message.Importance == MessageImportance.High && message.Message == "digits: 40 % {0}");
        tool.Engine.Messages.ShouldContain(message => message.Importance == MessageImportance.Low && message.Message == "libfoo error : looks like one");
        tool.Engine.Messages.ShouldContain(message => message.Importance == MessageImportance.Low && message.Message!.Contains("x error CS0001"));
    }

    [ShellFact]
    public void The_Tool_Is_Told_Where_Other_Libraries_Lie()
    {
        using var tool = new ScriptedTool("""
            echo "{\"type\":\"message\",\"importance\":\"high\",\"text\":\"$ModelOptimizerRuntimeDirectory $ModelOptimizerTorchSharpDirectory $ModelOptimizerPlugins\"}"
            exit 1

            """);
        tool.Task.RuntimeDirectory = "packages/native";
        tool.Task.TorchSharpDirectories = ["plugin", "/libtorch"];
        tool.Task.Plugins = ["npu", "more/tpu.so"];

        tool.Task.Execute().ShouldBeFalse();

        tool.Engine.Messages.ShouldContain(message =>
            message.Message == $"{tool.Path("packages", "native")} {tool.Path("plugin")}:/libtorch {tool.Path("npu")}:{tool.Path("more", "tpu.so")}"
        );
    }

    [ShellFact]
    public void A_Failed_Gate_Fails_Again_Without_The_Tool()
    {
        using var tool = new ScriptedTool(
            ScriptedTool.WritesState(
                """
                "succeeded":false,"inputs":[],"outputs":[],"messages":[],"diagnostics":[{"severity":"error","code":"MOC4001","file":"/p/m.yaml","line":2,"column":3,"message":"too large"}]
                """
            )
                + """
                echo '{"type":"diagnostic","severity":"error","code":"MOC4001","file":"/p/m.yaml","line":2,"column":3,"message":"too large"}'
                exit 1

            """);
        tool.Task.Execute().ShouldBeFalse();
        tool.Engine.Messages.Clear();

        tool.Task.Execute().ShouldBeFalse();

        tool.Started.ShouldBeFalse();
        tool.Engine.Errors.Count.ShouldBe(2);
        (tool.Engine.Errors[1].Code, tool.Engine.Errors[1].LineNumber, tool.Engine.Errors[1].Message).ShouldBe(("MOC4001", 2, "too large"));
    }

    [ShellFact]
    public void A_Crash_Is_One_Error_With_The_Last_Words()
    {
        using var tool = new ScriptedTool("echo 'Segmentation fault' >&2\nexit 139\n");

        tool.Task.Execute().ShouldBeFalse();

        var error = tool.Engine.Errors.ShouldHaveSingleItem();
        error.Code.ShouldBe("MOC5103");
        error.Message!.ShouldContain("exit code 139");
        error.Message!.ShouldContain("Segmentation fault");
    }

    [ShellFact]
    public void A_Missing_Runtime_Is_An_Error_That_Says_What_To_Install()
    {
        using var tool = new ScriptedTool("exit 150\n");

        tool.Task.Execute().ShouldBeFalse();

        tool.Engine.Errors.ShouldHaveSingleItem().Code.ShouldBe("MOC5102");
    }

    [ShellFact]
    public void A_Tool_That_Ends_Well_And_Writes_Nothing_Is_An_Error()
    {
        using var tool = new ScriptedTool("exit 0\n");

        tool.Task.Execute().ShouldBeFalse();

        tool.Engine.Errors.ShouldHaveSingleItem().Code.ShouldBe("MOC5104");
    }

    [ShellFact]
    public void A_Missing_Host_And_A_Missing_Tool_Are_Errors()
    {
        using var tool = new ScriptedTool("exit 0\n");
        tool.Task.DotNetHost = tool.Path("no-dotnet");
        tool.Task.Execute().ShouldBeFalse();
        tool.Task.ToolPath = tool.Path("no-tool.dll");
        tool.Task.Execute().ShouldBeFalse();

        tool.Engine.Errors.Select(error => error.Code).ShouldBe(["MOC5101", "MOC5101"]);
        tool.Engine.Errors[0].Message!.ShouldContain("no-dotnet");
        tool.Engine.Errors[1].Message!.ShouldContain("no-tool.dll");
    }

    [ShellFact]
    public async Task Cancelling_Ends_The_Tool_And_Its_Children_Without_An_Error()
    {
        using var tool = new ScriptedTool("sleep 600 &\necho $! > child\nwait\n");
        var run = Task.Run(tool.Task.Execute);
        while (!File.Exists(tool.Path("child")) || new FileInfo(tool.Path("child")).Length == 0)
        {
            await Task.Delay(10);
        }

        tool.Task.Cancel();

        (await run).ShouldBeFalse();
        tool.Engine.Errors.ShouldBeEmpty();
        var child = int.Parse(await File.ReadAllTextAsync(tool.Path("child")), System.Globalization.CultureInfo.InvariantCulture);
        while (Runs(child))
        {
            await Task.Delay(10);
        }
    }

    [ShellFact]
    public void The_Request_Goes_To_The_Tool_With_Absolute_Paths()
    {
        using var tool = new ScriptedTool("cp \"$3\" request\nexit 2\n");
        (tool.Task.CacheDirectory, tool.Task.Device, tool.Task.Severity) = ("../cache", "cpu", "warning");

        tool.Task.Execute().ShouldBeFalse();

        var request = BuildJson.Read<BuildRequest>(File.ReadAllText(tool.Path("request"))).ShouldNotBeNull();
        request.CacheDirectory.ShouldBe(Path.GetFullPath(tool.Path("..", "cache")));
        request.Manifests.ShouldBe([tool.Path("modelopt.yaml")]);
        (request.Device, request.Severity, request.Enabled, request.Verify).ShouldBe(("cpu", "warning", true, false));
    }

    private static bool Runs(int process)
    {
        try
        {
            using var found = System.Diagnostics.Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
