// Every build is a process of its own; more of them at once than processors only makes each slower.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
[assembly: TestFramework("ModelOptimizer.EndToEnd.Tests.CleaningFramework", "ModelOptimizer.EndToEnd.Tests")]
