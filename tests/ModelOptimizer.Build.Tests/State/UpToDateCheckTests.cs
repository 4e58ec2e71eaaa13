namespace ModelOptimizer.Build.Tests.State;

public sealed class UpToDateCheckTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private BuildRequest _request = new() { Manifests = ["/p/modelopt.yaml"], OutputDirectory = "/p/obj/modelopt/", ToolVersion = "1" };
    private BuildState _state;
    private readonly string _input;
    private readonly string _output;

    public UpToDateCheckTests()
    {
        _input = _folder["model.onnx"];
        _output = _folder["out.onnx"];
        File.WriteAllText(_input, "12345");
        File.WriteAllText(_output, "123");
        _state = new BuildState
        {
            Request = BuildJson.Read<BuildRequest>(BuildJson.Write(_request))!,
            Succeeded = true,
            Inputs = [InputStamp.Glance(_input)],
            Outputs = [new BuildOutput(_output, BuildOutput.Resource, "Digits.onnx", 3)],
        };
    }

    [Fact]
    public void Nothing_Runs_When_Everything_Is_As_It_Was() => Reason().ShouldBeNull();

    [Fact]
    public void The_First_Build_Runs() => UpToDateCheck.ReasonToRun(_request, null).ShouldBe("there is no result yet");

    [Fact]
    public void A_Changed_Length_Runs()
    {
        var time = File.GetLastWriteTimeUtc(_input);
        File.AppendAllText(_input, "6");
        File.SetLastWriteTimeUtc(_input, time);

        Reason().ShouldBe($"{_input} changed");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void An_Older_Time_Runs_As_A_Newer_One_Does(int days)
    {
        File.SetLastWriteTimeUtc(_input, File.GetLastWriteTimeUtc(_input).AddDays(days));

        Reason().ShouldBe($"{_input} changed");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Another_File_Of_The_Same_Length_And_Time_Runs(bool inPlace)
    {
        var (time, other) = (File.GetLastWriteTimeUtc(_input), inPlace ? _input : _folder["other.onnx"]);
        File.WriteAllText(other, "54321");
        File.SetLastWriteTimeUtc(other, time);
        if (!inPlace)
        {
            File.Move(other, _input, overwrite: true);
        }

        Reason().ShouldBe(inPlace && !OperatingSystem.IsLinux() ? null : $"{_input} changed");
    }

    [Fact]
    public void Reading_An_Input_Is_No_Change()
    {
        File.ReadAllText(_input).ShouldBe("12345");

        Reason().ShouldBeNull();
    }

    [Fact]
    public void A_Deleted_Input_Runs()
    {
        File.Delete(_input);

        Reason().ShouldBe($"{_input} changed");
    }

    [Fact]
    public void An_Input_That_Was_Missing_Runs_Once_It_Appears()
    {
        var missing = _folder["later.onnx"];
        _state = _state with { Inputs = [new InputStamp(missing, -1, 0, "")] };
        Reason().ShouldBeNull();

        File.WriteAllText(missing, "");

        Reason().ShouldBe($"{missing} changed");
    }

    public static TheoryData<string, Action<string>> FolderChanges => new()
    {
        { "a new file", folder => File.WriteAllText(Path.Combine(folder, "cat", "3.npy"), "") },
        { "a file gone", folder => File.Delete(Path.Combine(folder, "cat", "2.npy")) },
        { "another name", folder => File.Move(Path.Combine(folder, "cat", "2.npy"), Path.Combine(folder, "cat", "4.npy")) },
        { "another class", folder => File.Move(Path.Combine(folder, "cat", "2.npy"), Path.Combine(folder, "dog", "2.npy")) },
        { "another class's name", folder => Directory.Move(Path.Combine(folder, "cat"), Path.Combine(folder, "cow")) },
        { "a new class", folder => Directory.CreateDirectory(Path.Combine(folder, "eel")) },
        { "another length", folder => Rewrite(Path.Combine(folder, "cat", "1.npy"), "12") },
        { "another time", folder => File.SetLastWriteTimeUtc(Path.Combine(folder, "dog", "1.npy"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc)) },
        { "times exchanged", folder => Exchange(Path.Combine(folder, "cat", "1.npy"), Path.Combine(folder, "cat", "2.npy")) },
    };

    [Theory]
    [MemberData(nameof(FolderChanges))]
    public void Any_Change_In_A_Folder_That_Was_Read_Runs(string what, Action<string> change)
    {
        var images = _folder["images"];
        foreach (var (name, day) in new[] { ("cat/1.npy", 1), ("cat/2.npy", 2), ("dog/1.npy", 3), (".cache/x", 4) })
        {
            var path = Path.Combine(images, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "1");
            File.SetLastWriteTimeUtc(path, new DateTime(2020, 1, day, 0, 0, 0, DateTimeKind.Utc));
        }

        _state = _state with { Inputs = [new InputStamp(images, 0, FolderStamp.Of(images).Fingerprint, "")] };
        File.WriteAllText(Path.Combine(images, ".cache", "y"), "of no sample");
        Reason().ShouldBeNull();

        change(images);

        Reason().ShouldBe($"{images} changed", what);
    }

    [Fact]
    public void A_Missing_Or_Cut_Output_Runs()
    {
        File.WriteAllText(_output, "12");
        Reason().ShouldBe($"{_output} is missing or not as it was written");

        File.Delete(_output);
        Reason().ShouldBe($"{_output} is missing or not as it was written");
    }

    [Fact]
    public void Another_Request_Runs()
    {
        foreach (var other in new[]
        {
            _request with { Manifests = ["/p/other.yaml"] },
            _request with { Device = "cpu" },
            _request with { Severity = "warning" },
            _request with { Enabled = false },
            _request with { RootNamespace = "Other" },
            _request with { Language = "F#" },
            _request with { Libraries = "/l" },
            _request with { ToolVersion = "2" },
        })
        {
            UpToDateCheck.ReasonToRun(other, _state).ShouldBe("properties, the manifests' names or the tool changed");
        }
    }

    [Fact]
    public void Another_Cache_Changes_No_Result() => UpToDateCheck.ReasonToRun(_request with { CacheDirectory = "/c" }, _state).ShouldBeNull();

    [Fact]
    public void Verification_Always_Runs()
    {
        _request = _request with { Verify = true };
        _state = _state with { Request = _request };

        Reason().ShouldBe("verification was asked for");
    }

    [Fact]
    public void A_Failure_Is_Repeated_Without_Its_Outputs_And_Only_When_It_Has_An_Error()
    {
        File.Delete(_output);
        _state = _state with { Succeeded = false, Diagnostics = [new ToolDiagnostic(ToolDiagnostic.Error, "MOC4001", "", 0, 0, "")] };
        Reason().ShouldBeNull();

        _state = _state with { Diagnostics = [new ToolDiagnostic(ToolDiagnostic.Warning, "MOC4001", "", 0, 0, "")] };
        Reason().ShouldBe("the last run failed without an error");
    }

    public void Dispose() => _folder.Dispose();

    private static void Rewrite(string path, string text)
    {
        var time = File.GetLastWriteTimeUtc(path);
        File.WriteAllText(path, text);
        File.SetLastWriteTimeUtc(path, time);
    }

    private static void Exchange(string one, string other)
    {
        var (first, second) = (File.GetLastWriteTimeUtc(one), File.GetLastWriteTimeUtc(other));
        File.SetLastWriteTimeUtc(one, second);
        File.SetLastWriteTimeUtc(other, first);
    }

    private string? Reason() => UpToDateCheck.ReasonToRun(_request, _state);
}
