using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Manifests;
using Progeny.Trainer.Boosting;
using Progeny.Trainer.Tests.Support;

namespace Progeny.Trainer.Tests;

/// <summary>What a user reads when a training cannot be done.</summary>
public sealed class RefusalTests
{
    static readonly TrainerSchema s_schema = new()
    {
        Task = MachineLearningTask.Binary,
        Features =
        [
            new() { Name = "age", Type = FeatureType.Float, Nullable = true },
            new() { Name = "visits", Type = FeatureType.Int, Nullable = false },
            new() { Name = "active", Type = FeatureType.Bool, Nullable = false },
        ],
        Label = new() { Name = "bought", Classes = ["no", "yes"] },
    };

    const string Good = "age,visits,active,bought\n1,2,true,yes\n,3,false,no\n";

    [Theory]
    [InlineData("{\"max_dept\":3}", "parameter 'max_dept' is not known to the trainer xgboost; did you mean 'max_depth'?")]
    [InlineData("{\"Objective\":\"x\"}", "parameter 'Objective' is not known to the trainer xgboost; did you mean 'objective'?")]
    [InlineData("{\"zzzzzzzzzz\":3}", "parameter 'zzzzzzzzzz' is not known to the trainer xgboost")]
    [InlineData("{\"num_class\":3}", "parameter 'num_class' is not needed: the number of classes comes from the label")]
    [InlineData(
        "{\"booster\":\"gblinear\",\"max_depth\":3}",
        "parameter 'max_depth' belongs to the booster gbtree or dart; the booster here is gblinear")]
    [InlineData("{\"booster\":\"forest\"}", "parameter 'booster' is \"forest\"; one of gbtree, gblinear, dart would be right")]
    [InlineData("{\"objective\":\"reg:gamma\"}",
        "parameter 'objective' is 'reg:gamma'; for a binary task it can be binary:logistic, binary:logitraw, binary:hinge")]
    [InlineData("{\"rounds\":0}", "parameter 'rounds' is 0; a whole number from 1 to 1000000 would be right")]
    [InlineData("{\"rounds\":\"ten\"}", "parameter 'rounds' is \"ten\"; a whole number from 1 to 1000000 would be right")]
    [InlineData("{\"early_stopping_rounds\":5,\"validation_fraction\":0}",
        "parameter 'early_stopping_rounds' needs rows to evaluate on: give a 'validation_fraction' above 0, e.g. 0.1")]
    [InlineData(
        "{\"monotone_constraints\":{\"aeg\":1}}",
        "parameter 'monotone_constraints' names 'aeg', which is no feature; the features are age, visits, active")]
    [InlineData("{\"interaction_constraints\":[\"age\"]}",
        "parameter 'interaction_constraints' is [\"age\"]; a list of lists of feature names would be right")]
    [InlineData(
        "{\"subsample\":7}",
        "XGBoost: value 7 for Parameter subsample exceed bound [0,1] subsample: Row subsample ratio of training instance.")]
    [InlineData("[]", "parameters.json is not a JSON object")]
    public void Parameters_are_refused_with_a_sentence_when_they_are_wrong(string parameters, string message)
    {
        using var job = new TestJob().With(s_schema, parameters, Good);
        Should.Throw<TrainerException>(job.Train).Message.ShouldBe(message);
    }

    [Fact]
    public void Early_stopping_by_a_metric_without_a_finite_figure_is_refused()
    {
        var schema = s_schema with
        {
            Task = MachineLearningTask.Regression,
            Features = [s_schema.Features[0]],
            Label = new() { Name = "bought" },
        };
        var rows = string.Concat(Enumerable.Range(0, 40).Select(i => $"{i % 7},{i % 2}\n"));
        using var job = new TestJob().With(
            schema,
            "{\"rounds\":5,\"eval_metric\":\"mape\",\"early_stopping_rounds\":2,\"validation_fraction\":0.2}",
            "age,bought\n" + rows);

        Should.Throw<TrainerException>(job.Train).Message.ShouldStartWith(
            "early stopping needs a figure, and 'mape' is Infinity on the rows held out, because it divides by the label");
    }

    [Theory]
    [InlineData("0.5", 0.5)]
    [InlineData("1e-05", 1e-5)]
    [InlineData("inf", double.PositiveInfinity)]
    [InlineData("-inf", double.NegativeInfinity)]
    [InlineData("nan", double.NaN)]
    [InlineData("-nan", double.NaN)]
    [InlineData("-nan(ind)", double.NaN)]
    public void Figures_are_read_as_the_library_prints_them(string printed, double expected) => Booster.Figure(printed).ShouldBe(expected);

    [Theory]
    [InlineData("age,visits,active,bought\n1,2,true,yes\nabc,2,true,no\n", "data.csv line 3, column 'age': 'abc' is not a number")]
    [InlineData("age,visits,active,bought\n1,2.5,true,yes\n", "data.csv line 2, column 'visits': '2.5' is not a whole number")]
    [InlineData(
        "age,visits,active,bought\n1,,true,yes\n", "data.csv line 2, column 'visits': the field is empty, but the feature is not nullable")]
    [InlineData("age,visits,active,bought\n1,2,on,yes\n", "data.csv line 2, column 'active': 'on' is not true or false")]
    [InlineData("age,visits,active,bought\n1e300,2,true,yes\n", "data.csv line 2, column 'age': '1e300' is not finite as a 32-bit number")]
    [InlineData("age,visits,active,bought\n1,2,true,maybe\n", "data.csv line 2, column 'bought': 'maybe' is none of the classes no, yes")]
    [InlineData(
        "age,visits,active,bought\n1,2,true,\n", "data.csv line 2, column 'bought': the label is empty, but every training row needs one")]
    [InlineData("age,visits,active,bought\n1,2,true\n", "data.csv line 2 has 3 fields where the header has 4")]
    [InlineData("age,active,bought\n1,true,yes\n", "data.csv has no column 'visits'; its columns are age, active, bought")]
    [InlineData("age,visits,active,bought\n", "data.csv has no rows below its header, so there is nothing to train on")]
    public void Data_are_refused_with_line_and_column_when_a_field_is_wrong(string data, string message)
    {
        using var job = new TestJob().With(s_schema, "{}", data);
        Should.Throw<TrainerException>(job.Train).Message.ShouldBe(message);
    }

    [Fact]
    public void Line_is_the_file_s_when_an_earlier_field_has_line_breaks()
    {
        var schema = s_schema with { Features = [new() { Name = "note", Type = FeatureType.Category, Nullable = true }] };
        using var job = new TestJob().With(schema, "{}", "note,bought\n\"a\nb\nc\",yes\nd,perhaps\n");
        Should.Throw<TrainerException>(job.Train).Message.ShouldStartWith("data.csv line 5, column 'bought'");
    }

    [Fact]
    public void Text_is_refused_by_name()
    {
        var schema = s_schema with { Features = [new() { Name = "comment", Type = FeatureType.Text, Nullable = true }] };
        using var job = new TestJob().With(schema, "{}", "comment,bought\nhi,yes\n");
        Should.Throw<TrainerException>(job.Train).Message.ShouldBe(
            "feature 'comment' is of type text, which the trainer xgboost cannot use; make it a category, leave it out, or train with "
                + "pipeline.command");
    }

    [Fact]
    public void Feature_is_refused_when_it_has_the_name_of_an_output()
    {
        var schema = s_schema with { Features = [new() { Name = "label", Type = FeatureType.Float, Nullable = true }] };
        using var job = new TestJob().With(schema, "{}", "label,bought\n1,yes\n");
        Should.Throw<TrainerException>(job.Train).Message.ShouldStartWith("feature 'label' has the name of an output of the model");
    }

    [Fact]
    public void Label_is_refused_when_the_objective_cannot_learn_it()
    {
        var schema = s_schema with { Task = MachineLearningTask.Regression, Label = new() { Name = "bought" } };
        using var job = new TestJob().With(schema, """{"objective":"reg:gamma"}""", "age,visits,active,bought\n1,2,true,3\n1,2,true,0\n");
        Should.Throw<TrainerException>(job.Train).Message.ShouldBe(
            "data.csv line 3, column 'bought': 0 is outside what the objective reg:gamma can learn, which is above 0");
    }

    [Fact]
    public void Previous_is_refused_when_another_trainer_left_it()
    {
        using var job = new TestJob().With(s_schema, "{}", Good);
        Directory.CreateDirectory(job.File("previous"));
        File.WriteAllText(job.File("previous/weights.txt"), "1");
        Should.Throw<TrainerException>(job.Train).Message.ShouldStartWith("previous/ is not a state that the trainer xgboost left");
    }
}
