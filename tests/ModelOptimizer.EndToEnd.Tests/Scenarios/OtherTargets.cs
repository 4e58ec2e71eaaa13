namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

internal static class OtherTargets
{
    public static IEnumerable<Step> A_Design_Time_Build_Starts_Nothing_And_Keeps_The_Accessor(Place place)
    {
        var (never, built) = (new Consumer(place["never"]), new Consumer(place["built"]));
        yield return Step.Build(built);

        built.Write("modelopt.yaml", Consumer.Manifest + "# changed\n");
        foreach (var app in new[] { never, built })
        {
            app.Write("Directory.Build.targets", """
                <Project>
                  <Target Name="Show" AfterTargets="CoreCompile"><Message Importance="high" Text="DesignTimeSource=%(Compile.FullPath)" /></Target>
                </Project>
                """);
        }

        yield return Step.DesignTime(never, built);
        (place.Last.ToolStarts + place.Last.UpToDate).ShouldBe(0, place.Last.Output);
        place.Last.Output.ShouldContain("DesignTimeSource=" + never["Program.cs"]);
        Directory.Exists(never["obj", "modelopt"]).ShouldBeFalse();
        place.Last.Output.ShouldContain("DesignTimeSource=" + built["obj", "modelopt", "DigitsModel.g.cs"]);
    }

    public static IEnumerable<Step> Publish_And_Pack_Of_What_Is_Built_Start_Nothing(Place place)
    {
        var app = place.Consumer();
        yield return Step.Build(app);
        yield return Step.Publish(app);

        (place.Last.ToolStarts + place.Last.UpToDate).ShouldBe(0, place.Last.Output);
        File.Exists(app["bin", "Release", "net10.0", "publish", "app.dll"]).ShouldBeTrue();
        File.Exists(app["bin", "Release", "app.1.0.0.nupkg"]).ShouldBeTrue();
    }

    public static IEnumerable<Step> The_Accessor_Passes_Every_Analyser_With_Warnings_As_Errors(Place place)
    {
        var app = place.Consumer("""
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <MSBuildTreatWarningsAsErrors>true</MSBuildTreatWarningsAsErrors>
            <Nullable>enable</Nullable>
            <AnalysisMode>All</AnalysisMode>
            <EnforceCodeStyleInBuild>true</EnforceCodeStyleInBuild>
            <GenerateDocumentationFile>true</GenerateDocumentationFile>
            """
        );
        app.Write(
            "Program.cs",
            "[assembly: System.CLSCompliant(false)]\n[assembly: "
                + "System.Runtime.InteropServices.ComVisible(false)]\nSystem.Console.WriteLine(App.DigitsModel.SizeInBytes);\n"
        );
        yield return Step.Build(app);

        place.Last.Problems.ShouldBeEmpty();
        app.Run().ShouldBe(app.Embedded().Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
