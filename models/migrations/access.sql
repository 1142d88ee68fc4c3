TABLE account	
TABLE account_password	
TABLE admission	
TABLE audit_entry	
TABLE audit_seal	
TABLE batch_request	
TABLE certificate	
TABLE certificate_stock	
TABLE change	
TABLE change_copy	
TABLE change_dismissal	
TABLE change_event	
TABLE change_evidence	
TABLE change_line	
TABLE change_party	
TABLE change_revision	
TABLE change_value	
TABLE check_in	
TABLE check_in_notice	
TABLE clearing_notice	
TABLE decision	
TABLE departure	
TABLE double_search	
TABLE enrolment_deferral	
TABLE enrolment_plan	
TABLE evidence	
TABLE filing_draft	
TABLE goose_db_version	
TABLE graduation_line	
TABLE guardian	
TABLE handover	
TABLE identity_check	
TABLE identity_question	
TABLE job	
TABLE job_part	
TABLE job_word	
TABLE keyring	
TABLE keyring_walk	
TABLE likeness	
TABLE login_attempt	
TABLE notice	
TABLE notice_read	
TABLE opinion_draft	
TABLE organisation	
TABLE outbox	
TABLE placing_line	
TABLE policy	
TABLE proxy	
TABLE punishment	
TABLE received_child	
TABLE roster	
TABLE roster_row	
TABLE school_class	
TABLE school_grade	
TABLE school_year	
TABLE schooling_length	
TABLE session	
TABLE slip	
TABLE slot	
TABLE step	
TABLE student	
TABLE student_history	
TABLE student_problem	
TABLE suspension	
TABLE task	
TABLE tidying	
TABLE webhook_delivery	
TABLE webhook_endpoint	
TABLE webhook_secret	
TABLE workday_year	
TABLE worker_beat	
TABLE year_turn	
TABLE year_turn_closed	
TABLE year_turn_part	
TABLE year_turn_stay	
COLUMN account.closed_at timestamp with time zone	
COLUMN account.created_at timestamp with time zone	
COLUMN account.created_by uuid	
COLUMN account.id uuid	
COLUMN account.last_used_at timestamp with time zone	
COLUMN account.login text	
COLUMN account.must_change boolean	
COLUMN account.name text	
COLUMN account.org_id uuid	
COLUMN account.org_path ltree	
COLUMN account.password_hash text	
COLUMN account.password_set_at timestamp with time zone	
COLUMN account.roles text[]	
COLUMN account.sealed_at timestamp with time zone	
COLUMN account.version bigint	
COLUMN account_password.account_id uuid	
COLUMN account_password.id bigint	
COLUMN account_password.password_hash text	
COLUMN account_password.set_at timestamp with time zone	
COLUMN admission.change_id uuid	
COLUMN admission.code text	
COLUMN admission.entry_year integer	
COLUMN admission.from_entry_year integer	
COLUMN admission.from_school uuid	
COLUMN admission.from_stage text	
COLUMN admission.graduated_on date	
COLUMN admission.line_no integer	
COLUMN admission.params jsonb	
COLUMN admission.placed boolean	
COLUMN admission.plan_year integer	
COLUMN admission.reason text	
COLUMN admission.school_id uuid	
COLUMN admission.settled_at timestamp with time zone	
COLUMN admission.settled_by uuid	
COLUMN admission.sheet_row integer	
COLUMN admission.stage text	
COLUMN admission.state text	
COLUMN admission.student_id uuid	
COLUMN admission.subject jsonb	
COLUMN admission.tell text	
COLUMN admission.waits text	
COLUMN audit_entry.account_id uuid	
COLUMN audit_entry.action text	
COLUMN audit_entry.at timestamp with time zone	
COLUMN audit_entry.detail jsonb	
COLUMN audit_entry.id uuid	
COLUMN audit_entry.office_path ltree	
COLUMN audit_entry.partition text	
COLUMN audit_entry.request_id text	
COLUMN audit_entry.subject_id text	
COLUMN audit_entry.subject_kind text	
COLUMN audit_seal.entry_hash bytea	
COLUMN audit_seal.entry_id uuid	
COLUMN audit_seal.hash bytea	
COLUMN audit_seal.partition text	
COLUMN audit_seal.seq bigint	
COLUMN batch_request.account_id uuid	
COLUMN batch_request.body_hash bytea	
COLUMN batch_request.created_at timestamp with time zone	
COLUMN batch_request.key text	
COLUMN batch_request.operation text	
COLUMN batch_request.refused bytea	
COLUMN batch_request.remaining bigint	
COLUMN batch_request.tasks jsonb	
COLUMN certificate.blank text	
COLUMN certificate.blank_no bigint	
COLUMN certificate.conclusion text	
COLUMN certificate.ended_at timestamp with time zone	
COLUMN certificate.id uuid	
COLUMN certificate.issued_by uuid	
COLUMN certificate.issued_on date	
COLUMN certificate.number text	
COLUMN certificate.province_code text	
COLUMN certificate.reason text	
COLUMN certificate.school_id uuid	
COLUMN certificate.serial integer	
COLUMN certificate.signed_by text	
COLUMN certificate.stage text	
COLUMN certificate.state text	
COLUMN certificate.stock_id uuid	
COLUMN certificate.student_id uuid	
COLUMN certificate.write_hash bytea	
COLUMN certificate.write_key text	
COLUMN certificate.written_at timestamp with time zone	
COLUMN certificate.written_by uuid	
COLUMN certificate.year integer	
COLUMN certificate_stock.first_no bigint	
COLUMN certificate_stock.give_hash bytea	
COLUMN certificate_stock.give_key text	
COLUMN certificate_stock.given_at timestamp with time zone	
COLUMN certificate_stock.given_by uuid	
COLUMN certificate_stock.id uuid	
COLUMN certificate_stock.last_no bigint	
COLUMN certificate_stock.prefix text	
COLUMN certificate_stock.province_code text	
COLUMN certificate_stock.school_id uuid	
COLUMN certificate_stock.stage text	
COLUMN certificate_stock.width integer	
COLUMN change.about uuid	
COLUMN change.beside uuid	
COLUMN change.case_no text	
COLUMN change.close_code text	
COLUMN change.closed_at timestamp with time zone	
COLUMN change.closed_by uuid	
COLUMN change.definition jsonb	
COLUMN change.definition_version text	
COLUMN change.due_total timestamp with time zone	
COLUMN change.effective_on date	
COLUMN change.filed_at timestamp with time zone	
COLUMN change.filed_by uuid	
COLUMN change.filing_hash bytea	
COLUMN change.filing_key text	
COLUMN change.found_by bytea	
COLUMN change.id uuid	
COLUMN change.inputs jsonb	
COLUMN change.jump_holder uuid	
COLUMN change.jump_to integer	
COLUMN change.kind text	
COLUMN change.org_id uuid	
COLUMN change.org_path ltree	
COLUMN change.out_policy_version integer	
COLUMN change.policy_version integer	
COLUMN change.problem_id uuid	
COLUMN change.province_code text	
COLUMN change.redo_of uuid	
COLUMN change.roster_id uuid	
COLUMN change.round integer	
COLUMN change.stage text	
COLUMN change.status text	
COLUMN change.step_no integer	
COLUMN change.struck_at timestamp with time zone	
COLUMN change.struck_by uuid	
COLUMN change.student_id uuid	
COLUMN change.subject jsonb	
COLUMN change.total_warned_at timestamp with time zone	
COLUMN change.version bigint	
COLUMN change_copy.account_id uuid	
COLUMN change_copy.change_id uuid	
COLUMN change_copy.org_id uuid	
COLUMN change_copy.org_path ltree	
COLUMN change_copy.sent_at timestamp with time zone	
COLUMN change_copy.sent_by uuid	
COLUMN change_dismissal.change_id uuid	
COLUMN change_dismissal.dismissed_at timestamp with time zone	
COLUMN change_dismissal.dismissed_by uuid	
COLUMN change_dismissal.org_path ltree	
COLUMN change_event.account_id uuid	
COLUMN change_event.at timestamp with time zone	
COLUMN change_event.change_id uuid	
COLUMN change_event.for_account uuid	
COLUMN change_event.id uuid	
COLUMN change_event.office_id uuid	
COLUMN change_event.opinion text	
COLUMN change_event.params jsonb	
COLUMN change_event.round integer	
COLUMN change_event.step_no integer	
COLUMN change_event.verb text	
COLUMN change_evidence.change_id uuid	
COLUMN change_evidence.evidence_id uuid	
COLUMN change_evidence.kind text	
COLUMN change_evidence.out_round integer	
COLUMN change_evidence.round integer	
COLUMN change_line.change_id uuid	
COLUMN change_line.class_id uuid	
COLUMN change_line.class_name text	
COLUMN change_line.code text	
COLUMN change_line.line_no integer	
COLUMN change_line.params jsonb	
COLUMN change_line.reason text	
COLUMN change_line.settled_at timestamp with time zone	
COLUMN change_line.settled_by uuid	
COLUMN change_line.struck_at timestamp with time zone	
COLUMN change_line.struck_by uuid	
COLUMN change_line.student_id uuid	
COLUMN change_line.subject jsonb	
COLUMN change_line.verdict text	
COLUMN change_party.change_id uuid	
COLUMN change_party.org_id uuid	
COLUMN change_party.org_path ltree	
COLUMN change_party.side text	
COLUMN change_revision.account_id uuid	
COLUMN change_revision.after jsonb	
COLUMN change_revision.at timestamp with time zone	
COLUMN change_revision.before jsonb	
COLUMN change_revision.change_id uuid	
COLUMN change_revision.id uuid	
COLUMN change_revision.office_id uuid	
COLUMN change_revision.round integer	
COLUMN change_revision.slip_id uuid	
COLUMN change_revision.step_no integer	
COLUMN change_value.after text	
COLUMN change_value.before text	
COLUMN change_value.change_id uuid	
COLUMN change_value.cipher bytea	
COLUMN change_value.field text	
COLUMN change_value.hash bytea	
COLUMN change_value.round integer	
COLUMN check_in.came boolean	
COLUMN check_in.class_id uuid	
COLUMN check_in.missing_since date	
COLUMN check_in.noted_at timestamp with time zone	
COLUMN check_in.noted_by uuid	
COLUMN check_in.org_path ltree	
COLUMN check_in.reason text	
COLUMN check_in.school_id uuid	
COLUMN check_in.school_year integer	
COLUMN check_in.student_id uuid	
COLUMN check_in.term integer	
COLUMN check_in_notice.pupils integer	
COLUMN check_in_notice.school_id uuid	
COLUMN check_in_notice.school_year integer	
COLUMN check_in_notice.term integer	
COLUMN check_in_notice.told_at timestamp with time zone	
COLUMN clearing_notice.pupils integer	
COLUMN clearing_notice.school_id uuid	
COLUMN clearing_notice.told_at timestamp with time zone	
COLUMN clearing_notice.year integer	
COLUMN decision.account_id uuid	
COLUMN decision.change_id uuid	
COLUMN decision.decided_at timestamp with time zone	
COLUMN decision.for_account uuid	
COLUMN decision.office_id uuid	
COLUMN decision.opinion text	
COLUMN decision.role text	
COLUMN decision.round integer	
COLUMN decision.slip_id uuid	
COLUMN decision.step_no integer	
COLUMN decision.task_id uuid	
COLUMN decision.verdict text	
COLUMN departure.change_id uuid	
COLUMN departure.id uuid	
COLUMN departure.left_on date	
COLUMN departure.name text	
COLUMN departure.number_masked text	
COLUMN departure.org_path ltree	
COLUMN departure.record jsonb	
COLUMN departure.recorded_at timestamp with time zone	
COLUMN departure.school_id uuid	
COLUMN departure.struck_at timestamp with time zone	
COLUMN departure.struck_by uuid	
COLUMN departure.student_id uuid	
COLUMN departure.to_school_id uuid	
COLUMN double_search.after_id uuid	
COLUMN double_search.begun_at timestamp with time zone	
COLUMN double_search.done_at timestamp with time zone	
COLUMN double_search.looked bigint	
COLUMN double_search.rules integer	
COLUMN enrolment_deferral.account_id uuid	
COLUMN enrolment_deferral.cancelled_at timestamp with time zone	
COLUMN enrolment_deferral.cancelled_by uuid	
COLUMN enrolment_deferral.id uuid	
COLUMN enrolment_deferral.plan_year integer	
COLUMN enrolment_deferral.reason text	
COLUMN enrolment_deferral.reason_code text	
COLUMN enrolment_deferral.record_hash bytea	
COLUMN enrolment_deferral.record_key text	
COLUMN enrolment_deferral.recorded_at timestamp with time zone	
COLUMN enrolment_deferral.student_id uuid	
COLUMN enrolment_deferral.until_year integer	
COLUMN enrolment_plan.org_path ltree	
COLUMN enrolment_plan.school_id uuid	
COLUMN enrolment_plan.set_at timestamp with time zone	
COLUMN enrolment_plan.set_by uuid	
COLUMN enrolment_plan.size integer	
COLUMN enrolment_plan.stage text	
COLUMN enrolment_plan.used integer	
COLUMN enrolment_plan.version bigint	
COLUMN enrolment_plan.year integer	
COLUMN evidence.blob_key text	
COLUMN evidence.created_at timestamp with time zone	
COLUMN evidence.file_name text	
COLUMN evidence.id uuid	
COLUMN evidence.media_type text	
COLUMN evidence.org_id uuid	
COLUMN evidence.org_path ltree	
COLUMN evidence.sha256 bytea	
COLUMN evidence.size bigint	
COLUMN evidence.uploaded_by uuid	
COLUMN filing_draft.account_id uuid	
COLUMN filing_draft.begun_at timestamp with time zone	
COLUMN filing_draft.body bytea	
COLUMN filing_draft.id uuid	
COLUMN filing_draft.org_id uuid	
COLUMN filing_draft.saved_at timestamp with time zone	
COLUMN filing_draft.version bigint	
COLUMN goose_db_version.id integer	
COLUMN goose_db_version.is_applied boolean	
COLUMN goose_db_version.tstamp timestamp without time zone	
COLUMN goose_db_version.version_id bigint	
COLUMN graduation_line.change_id uuid	
COLUMN graduation_line.class_name text	
COLUMN graduation_line.code text	
COLUMN graduation_line.conclusion text	
COLUMN graduation_line.line_no integer	
COLUMN graduation_line.params jsonb	
COLUMN graduation_line.reason text	
COLUMN graduation_line.school_id uuid	
COLUMN graduation_line.settled_at timestamp with time zone	
COLUMN graduation_line.settled_by uuid	
COLUMN graduation_line.stage text	
COLUMN graduation_line.struck_at timestamp with time zone	
COLUMN graduation_line.struck_by uuid	
COLUMN graduation_line.student_id uuid	
COLUMN graduation_line.subject jsonb	
COLUMN graduation_line.undone_at timestamp with time zone	
COLUMN graduation_line.undone_by uuid	
COLUMN graduation_line.verdict text	
COLUMN graduation_line.year integer	
COLUMN guardian.address text	
COLUMN guardian.employer text	
COLUMN guardian.ethnicity text	
COLUMN guardian.household_division text	
COLUMN guardian.id_cipher bytea	
COLUMN guardian.id_hash bytea	
COLUMN guardian.id_masked text	
COLUMN guardian.id_type text	
COLUMN guardian.is_guardian boolean	
COLUMN guardian.job text	
COLUMN guardian.name text	
COLUMN guardian.org_path ltree	
COLUMN guardian.phone text	
COLUMN guardian.relation text	
COLUMN guardian.relation_note text	
COLUMN guardian.seat smallint	
COLUMN guardian.student_id uuid	
COLUMN handover.change_id uuid	
COLUMN handover.due_on date	
COLUMN handover.from_school uuid	
COLUMN handover.id uuid	
COLUMN handover.opened_at timestamp with time zone	
COLUMN handover.overdue_at timestamp with time zone	
COLUMN handover.received_at timestamp with time zone	
COLUMN handover.received_by uuid	
COLUMN handover.reminded_at timestamp with time zone	
COLUMN handover.sent_at timestamp with time zone	
COLUMN handover.sent_by uuid	
COLUMN handover.sent_how text	
COLUMN handover.struck_at timestamp with time zone	
COLUMN handover.struck_by uuid	
COLUMN handover.student_id uuid	
COLUMN handover.to_school uuid	
COLUMN handover.version bigint	
COLUMN identity_check.answer text	
COLUMN identity_check.asked_at timestamp with time zone	
COLUMN identity_check.change_id uuid	
COLUMN identity_check.id uuid	
COLUMN identity_check.org_path ltree	
COLUMN identity_check.student_id uuid	
COLUMN identity_question.job_id uuid	
COLUMN identity_question.no integer	
COLUMN identity_question.student_id uuid	
COLUMN job.case_no text	
COLUMN job.change_id uuid	
COLUMN job.created_at timestamp with time zone	
COLUMN job.effective_on date	
COLUMN job.ended_at timestamp with time zone	
COLUMN job.filed_by uuid	
COLUMN job.id uuid	
COLUMN job.kind text	
COLUMN job.org_id uuid	
COLUMN job.org_path ltree	
COLUMN job.problem text	
COLUMN job.province_code text	
COLUMN job.reported_at timestamp with time zone	
COLUMN job.state text	
COLUMN job.subject_id uuid	
COLUMN job.version bigint	
COLUMN job_part.done_at timestamp with time zone	
COLUMN job_part.first_no bigint	
COLUMN job_part.job_id uuid	
COLUMN job_part.last_no bigint	
COLUMN job_part.no integer	
COLUMN job_part.org_path ltree	
COLUMN job_part.rows integer	
COLUMN job_part.took interval	
COLUMN job_word.account_id uuid	
COLUMN job_word.created_at timestamp with time zone	
COLUMN job_word.id uuid	
COLUMN job_word.job_id uuid	
COLUMN job_word.org_path ltree	
COLUMN job_word.outcome text	
COLUMN job_word.settled_at timestamp with time zone	
COLUMN job_word.verb text	
COLUMN keyring.changed_at timestamp with time zone	
COLUMN keyring.fingerprint text	
COLUMN keyring.phase text	
COLUMN keyring.prints text[]	
COLUMN keyring.single boolean	
COLUMN keyring_walk.after text[]	
COLUMN keyring_walk.done boolean	
COLUMN keyring_walk.place text	
COLUMN likeness.keys bigint[]	
COLUMN likeness.student_id uuid	
COLUMN login_attempt.came_in_at timestamp with time zone	
COLUMN login_attempt.failed_at timestamp with time zone	
COLUMN login_attempt.failures integer	
COLUMN login_attempt.locked_until timestamp with time zone	
COLUMN login_attempt.login_hash bytea	
COLUMN login_attempt.network text	
COLUMN notice.account_id uuid	
COLUMN notice.change_id uuid	
COLUMN notice.counted integer	
COLUMN notice.created_at timestamp with time zone	
COLUMN notice.id uuid	
COLUMN notice.kind text	
COLUMN notice.occasion text	
COLUMN notice.on_day date	
COLUMN notice.org_id uuid	
COLUMN notice.org_path ltree	
COLUMN notice.problem_id uuid	
COLUMN notice.role text	
COLUMN notice.round integer	
COLUMN notice.step_no integer	
COLUMN notice_read.account_id uuid	
COLUMN notice_read.notice_id uuid	
COLUMN notice_read.read_at timestamp with time zone	
COLUMN opinion_draft.account_id uuid	
COLUMN opinion_draft.opinion text	
COLUMN opinion_draft.saved_at timestamp with time zone	
COLUMN opinion_draft.task_id uuid	
COLUMN opinion_draft.verdict text	
COLUMN organisation.closed_at timestamp with time zone	
COLUMN organisation.code text	
COLUMN organisation.created_at timestamp with time zone	
COLUMN organisation.division_code text	
COLUMN organisation.id uuid	
COLUMN organisation.kind text	
COLUMN organisation.name text	
COLUMN organisation.parent_id uuid	
COLUMN organisation.path ltree	
COLUMN organisation.province_code text	
COLUMN organisation.stages text[]	
COLUMN organisation.version bigint	
COLUMN outbox.attempts integer	
COLUMN outbox.change_id uuid	
COLUMN outbox.created_at timestamp with time zone	
COLUMN outbox.id bigint	
COLUMN outbox.sent_at timestamp with time zone	
COLUMN outbox.topic text	
COLUMN placing_line.change_id uuid	
COLUMN placing_line.class_id uuid	
COLUMN placing_line.class_name text	
COLUMN placing_line.code text	
COLUMN placing_line.from_class uuid	
COLUMN placing_line.from_name text	
COLUMN placing_line.line_no integer	
COLUMN placing_line.params jsonb	
COLUMN placing_line.settled_at timestamp with time zone	
COLUMN placing_line.student_id uuid	
COLUMN placing_line.subject jsonb	
COLUMN placing_line.verdict text	
COLUMN policy.add_hash bytea	
COLUMN policy.add_key text	
COLUMN policy.author_id uuid	
COLUMN policy.body jsonb	
COLUMN policy.comment text	
COLUMN policy.created_at timestamp with time zone	
COLUMN policy.province_code text	
COLUMN policy.valid_from date	
COLUMN policy.version integer	
COLUMN proxy.account_id uuid	
COLUMN proxy.created_at timestamp with time zone	
COLUMN proxy.created_by uuid	
COLUMN proxy.from_at timestamp with time zone	
COLUMN proxy.id uuid	
COLUMN proxy.org_id uuid	
COLUMN proxy.org_path ltree	
COLUMN proxy.proxy_id uuid	
COLUMN proxy.reason text	
COLUMN proxy.revoked_at timestamp with time zone	
COLUMN proxy.revoked_by uuid	
COLUMN proxy.until_at timestamp with time zone	
COLUMN punishment.cancel_document_no text	
COLUMN punishment.cancel_hash bytea	
COLUMN punishment.cancel_key text	
COLUMN punishment.cancelled_at timestamp with time zone	
COLUMN punishment.cancelled_by uuid	
COLUMN punishment.cancelled_on date	
COLUMN punishment.decided_on date	
COLUMN punishment.document_no text	
COLUMN punishment.id uuid	
COLUMN punishment.level text	
COLUMN punishment.org_path ltree	
COLUMN punishment.record_hash bytea	
COLUMN punishment.record_key text	
COLUMN punishment.recorded_at timestamp with time zone	
COLUMN punishment.recorded_by uuid	
COLUMN punishment.student_id uuid	
COLUMN punishment.version bigint	
COLUMN received_child.class_id uuid	
COLUMN received_child.closed boolean	
COLUMN received_child.closed_at timestamp with time zone	
COLUMN received_child.closed_by uuid	
COLUMN received_child.entered_at timestamp with time zone	
COLUMN received_child.entered_by uuid	
COLUMN received_child.entry_hash bytea	
COLUMN received_child.entry_key text	
COLUMN received_child.from_school text	
COLUMN received_child.grade integer	
COLUMN received_child.id uuid	
COLUMN received_child.name_cipher bytea	
COLUMN received_child.org_path ltree	
COLUMN received_child.outcome text	
COLUMN received_child.received_on date	
COLUMN received_child.school_id uuid	
COLUMN received_child.stage text	
COLUMN received_child.student_id uuid	
COLUMN roster.attempt integer	
COLUMN roster.blob_key text	
COLUMN roster.change_id uuid	
COLUMN roster.checked_at timestamp with time zone	
COLUMN roster.created_at timestamp with time zone	
COLUMN roster.created_by uuid	
COLUMN roster.file_name text	
COLUMN roster.file_sha256 bytea	
COLUMN roster.file_size bigint	
COLUMN roster.findings jsonb	
COLUMN roster.id uuid	
COLUMN roster.idempotency_key text	
COLUMN roster.org_path ltree	
COLUMN roster.progress_at timestamp with time zone	
COLUMN roster.rows_differing integer	
COLUMN roster.rows_enrolled integer	
COLUMN roster.rows_good integer	
COLUMN roster.rows_left_out integer	
COLUMN roster.rows_present integer	
COLUMN roster.rows_read integer	
COLUMN roster.rows_rejected integer	
COLUMN roster.rows_remarked integer	
COLUMN roster.rows_skipped integer	
COLUMN roster.school_id uuid	
COLUMN roster.state text	
COLUMN roster.template_version text	
COLUMN roster.version bigint	
COLUMN roster_row.class_code text	
COLUMN roster_row.class_id uuid	
COLUMN roster_row.findings jsonb	
COLUMN roster_row.id_hash bytea	
COLUMN roster_row.id_masked text	
COLUMN roster_row.name text	
COLUMN roster_row.org_path ltree	
COLUMN roster_row.payload bytea	
COLUMN roster_row.roster_id uuid	
COLUMN roster_row.row_no integer	
COLUMN roster_row.student_id uuid	
COLUMN roster_row.verdict text	
COLUMN school_class.capacity integer	
COLUMN school_class.closed_at timestamp with time zone	
COLUMN school_class.code text	
COLUMN school_class.grade_id uuid	
COLUMN school_class.id uuid	
COLUMN school_class.name text	
COLUMN school_class.occupied integer	
COLUMN school_class.org_path ltree	
COLUMN school_class.school_id uuid	
COLUMN school_class.version bigint	
COLUMN school_grade.closed_at timestamp with time zone	
COLUMN school_grade.entry_year integer	
COLUMN school_grade.id uuid	
COLUMN school_grade.name text	
COLUMN school_grade.org_path ltree	
COLUMN school_grade.school_id uuid	
COLUMN school_grade.stage text	
COLUMN school_grade.version bigint	
COLUMN school_year.first_from date	
COLUMN school_year.first_to date	
COLUMN school_year.province_code text	
COLUMN school_year.second_from date	
COLUMN school_year.second_to date	
COLUMN school_year.set_at timestamp with time zone	
COLUMN school_year.set_by uuid	
COLUMN school_year.version bigint	
COLUMN school_year.year integer	
COLUMN schooling_length.change_id uuid	
COLUMN schooling_length.decided_at timestamp with time zone	
COLUMN schooling_length.from_year integer	
COLUMN schooling_length.school_id uuid	
COLUMN schooling_length.stage text	
COLUMN schooling_length.years integer	
COLUMN session.account_id uuid	
COLUMN session.created_at timestamp with time zone	
COLUMN session.expires_at timestamp with time zone	
COLUMN session.id uuid	
COLUMN session.kind text	
COLUMN session.last_used_at timestamp with time zone	
COLUMN session.name text	
COLUMN session.revoked_at timestamp with time zone	
COLUMN session.roles text[]	
COLUMN session.token_hash bytea	
COLUMN slip.account_id uuid	
COLUMN slip.body jsonb	
COLUMN slip.body_hash bytea	
COLUMN slip.change_id uuid	
COLUMN slip.created_at timestamp with time zone	
COLUMN slip.id uuid	
COLUMN slip.key text	
COLUMN slip.office_id uuid	
COLUMN slip.opinion text	
COLUMN slip.outcome text	
COLUMN slip.outcome_code text	
COLUMN slip.outcome_params jsonb	
COLUMN slip.outcome_problems jsonb	
COLUMN slip.round integer	
COLUMN slip.settled_at timestamp with time zone	
COLUMN slip.step_no integer	
COLUMN slip.task_id uuid	
COLUMN slip.verb text	
COLUMN slot.change_id uuid	
COLUMN slot.key text	
COLUMN slot.taken_at timestamp with time zone	
COLUMN step.act text	
COLUMN step.attempts integer	
COLUMN step.calendar_version text	
COLUMN step.change_id uuid	
COLUMN step.closed_at timestamp with time zone	
COLUMN step.due_at timestamp with time zone	
COLUMN step.due_provisional boolean	
COLUMN step.jump_to integer	
COLUMN step.name text	
COLUMN step.next_attempt_at timestamp with time zone	
COLUMN step.no integer	
COLUMN step.office_id uuid	
COLUMN step.office_path ltree	
COLUMN step.opened_at timestamp with time zone	
COLUMN step.overdue_at timestamp with time zone	
COLUMN step.problem text	
COLUMN step.remind_50_at timestamp with time zone	
COLUMN step.remind_80_at timestamp with time zone	
COLUMN step.reminded_50 timestamp with time zone	
COLUMN step.reminded_80 timestamp with time zone	
COLUMN step.role text	
COLUMN step.round integer	
COLUMN step.side text	
COLUMN step.status text	
COLUMN student.birth_date date	
COLUMN student.birth_division text	
COLUMN student.boarding_subsidy text	
COLUMN student.class_id uuid	
COLUMN student.created_at timestamp with time zone	
COLUMN student.dedupe_state text	
COLUMN student.deduped_at timestamp with time zone	
COLUMN student.details jsonb	
COLUMN student.disability text	
COLUMN student.dropout boolean	
COLUMN student.enrol_status text	
COLUMN student.entry_mode text	
COLUMN student.entry_year integer	
COLUMN student.entry_ym text	
COLUMN student.ethnicity text	
COLUMN student.holds_seat boolean	
COLUMN student.household_division text	
COLUMN student.household_type text	
COLUMN student.id uuid	
COLUMN student.id_cipher bytea	
COLUMN student.id_double boolean	
COLUMN student.id_hash bytea	
COLUMN student.id_masked text	
COLUMN student.id_type text	
COLUMN student.identity_state text	
COLUMN student.in_register boolean	
COLUMN student.left_behind text	
COLUMN student.migrant_child text	
COLUMN student.name text	
COLUMN student.name_key text	
COLUMN student.nationality text	
COLUMN student.number_cipher bytea	
COLUMN student.number_class text	
COLUMN student.number_hash bytea	
COLUMN student.number_masked text	
COLUMN student.number_only_hash bytea	
COLUMN student.on_campus boolean	
COLUMN student.org_path ltree	
COLUMN student.orphan text	
COLUMN student.problem_flags text[]	
COLUMN student.roster_id uuid	
COLUMN student.school_id uuid	
COLUMN student.school_year integer	
COLUMN student.sex text	
COLUMN student.stage text	
COLUMN student.study_mode text	
COLUMN student.updated_at timestamp with time zone	
COLUMN student.version bigint	
COLUMN student_history.account_id uuid	
COLUMN student_history.after jsonb	
COLUMN student_history.before jsonb	
COLUMN student_history.change_id uuid	
COLUMN student_history.effective_on date	
COLUMN student_history.id uuid	
COLUMN student_history.kind text	
COLUMN student_history.org_path ltree	
COLUMN student_history.reason text	
COLUMN student_history.recorded_at timestamp with time zone	
COLUMN student_history.struck_at timestamp with time zone	
COLUMN student_history.struck_by uuid	
COLUMN student_history.struck_job uuid	
COLUMN student_history.student_id uuid	
COLUMN student_problem.cleared_at timestamp with time zone	
COLUMN student_problem.cleared_by uuid	
COLUMN student_problem.corroborated_by uuid	
COLUMN student_problem.found_at timestamp with time zone	
COLUMN student_problem.id uuid	
COLUMN student_problem.kind text	
COLUMN student_problem.org_path ltree	
COLUMN student_problem.other_student_id uuid	
COLUMN student_problem.score smallint	
COLUMN student_problem.signs text[]	
COLUMN student_problem.state text	
COLUMN student_problem.student_id uuid	
COLUMN suspension.change_id uuid	
COLUMN suspension.ended_by uuid	
COLUMN suspension.ended_on date	
COLUMN suspension.expired_at timestamp with time zone	
COLUMN suspension.extended integer	
COLUMN suspension.extended_by uuid	
COLUMN suspension.from_date date	
COLUMN suspension.id uuid	
COLUMN suspension.org_path ltree	
COLUMN suspension.reason_code text	
COLUMN suspension.reminded_15 timestamp with time zone	
COLUMN suspension.reminded_30 timestamp with time zone	
COLUMN suspension.stage text	
COLUMN suspension.struck_at timestamp with time zone	
COLUMN suspension.student_id uuid	
COLUMN suspension.until_date date	
COLUMN task.added_by uuid	
COLUMN task.before boolean	
COLUMN task.carried_from uuid	
COLUMN task.change_id uuid	
COLUMN task.due_at timestamp with time zone	
COLUMN task.held_as text	
COLUMN task.held_since timestamp with time zone	
COLUMN task.holder_id uuid	
COLUMN task.id uuid	
COLUMN task.office_id uuid	
COLUMN task.office_path ltree	
COLUMN task.owner_id uuid	
COLUMN task.parent_id uuid	
COLUMN task.place integer	
COLUMN task.role text	
COLUMN task.round integer	
COLUMN task.seat integer	
COLUMN task.side text	
COLUMN task.status text	
COLUMN task.step_no integer	
COLUMN task.verdict text	
COLUMN tidying.after_id uuid	
COLUMN tidying.begun_at timestamp with time zone	
COLUMN tidying.changed bigint	
COLUMN tidying.done_at timestamp with time zone	
COLUMN tidying.doubles bigint	
COLUMN tidying.looked bigint	
COLUMN tidying.rekeyed bigint	
COLUMN tidying.rules integer	
COLUMN tidying.unreadable bigint	
COLUMN webhook_delivery.attempts integer	
COLUMN webhook_delivery.created_at timestamp with time zone	
COLUMN webhook_delivery.dead_at timestamp with time zone	
COLUMN webhook_delivery.delivered_at timestamp with time zone	
COLUMN webhook_delivery.endpoint_id uuid	
COLUMN webhook_delivery.id uuid	
COLUMN webhook_delivery.last_attempt_at timestamp with time zone	
COLUMN webhook_delivery.last_error text	
COLUMN webhook_delivery.last_status integer	
COLUMN webhook_delivery.next_attempt_at timestamp with time zone	
COLUMN webhook_delivery.notice_id uuid	
COLUMN webhook_endpoint.created_at timestamp with time zone	
COLUMN webhook_endpoint.created_by uuid	
COLUMN webhook_endpoint.disabled_at timestamp with time zone	
COLUMN webhook_endpoint.disabled_reason text	
COLUMN webhook_endpoint.failing_since timestamp with time zone	
COLUMN webhook_endpoint.failures integer	
COLUMN webhook_endpoint.id uuid	
COLUMN webhook_endpoint.kinds text[]	
COLUMN webhook_endpoint.org_id uuid	
COLUMN webhook_endpoint.org_path ltree	
COLUMN webhook_endpoint.outside_hours text	
COLUMN webhook_endpoint.url text	
COLUMN webhook_endpoint.version bigint	
COLUMN webhook_secret.cipher bytea	
COLUMN webhook_secret.endpoint_id uuid	
COLUMN webhook_secret.id uuid	
COLUMN webhook_secret.until_at timestamp with time zone	
COLUMN workday_year.add_hash bytea	
COLUMN workday_year.add_key text	
COLUMN workday_year.author_id uuid	
COLUMN workday_year.comment text	
COLUMN workday_year.created_at timestamp with time zone	
COLUMN workday_year.days jsonb	
COLUMN workday_year.version integer	
COLUMN workday_year.year integer	
COLUMN worker_beat.beat_at timestamp with time zone	
COLUMN worker_beat.clock_off interval	
COLUMN worker_beat.every interval	
COLUMN worker_beat.left_at timestamp with time zone	
COLUMN worker_beat.name text	
COLUMN worker_beat.seen_at timestamp with time zone	
COLUMN year_turn.created_at timestamp with time zone	
COLUMN year_turn.dry boolean	
COLUMN year_turn.filed_by uuid	
COLUMN year_turn.finished_at timestamp with time zone	
COLUMN year_turn.id uuid	
COLUMN year_turn.idempotency_key text	
COLUMN year_turn.key_hash bytea	
COLUMN year_turn.org_id uuid	
COLUMN year_turn.org_path ltree	
COLUMN year_turn.province_code text	
COLUMN year_turn.school_year integer	
COLUMN year_turn.undone_at timestamp with time zone	
COLUMN year_turn_closed.class_id uuid	
COLUMN year_turn_closed.grade_id uuid	
COLUMN year_turn_closed.org_path ltree	
COLUMN year_turn_closed.turn_id uuid	
COLUMN year_turn_part.after_id uuid	
COLUMN year_turn_part.last_id uuid	
COLUMN year_turn_part.moved integer	
COLUMN year_turn_part.no integer	
COLUMN year_turn_part.org_path ltree	
COLUMN year_turn_part.stayed integer	
COLUMN year_turn_part.turn_id uuid	
COLUMN year_turn_stay.code text	
COLUMN year_turn_stay.entry_year integer	
COLUMN year_turn_stay.org_path ltree	
COLUMN year_turn_stay.school_id uuid	
COLUMN year_turn_stay.stage text	
COLUMN year_turn_stay.student_id uuid	
COLUMN year_turn_stay.turn_id uuid	
FUNCTION account_holds(holder uuid, office uuid, needed text) SECURITY DEFINER	
FUNCTION account_label(holder uuid, OUT name text, OUT office text) SECURITY DEFINER	
FUNCTION acting_account()	
FUNCTION acts_for(actor uuid, office uuid, needed text, at timestamp with time zone) SECURITY DEFINER	
FUNCTION admission_dispute(of_student uuid, for_school uuid) SECURITY DEFINER	
FUNCTION approved_elsewhere(of_change uuid, who uuid, at_step integer) SECURITY DEFINER	
FUNCTION arrived_after(pupil uuid, day date) SECURITY DEFINER	
FUNCTION attention_counts(asked_at timestamp with time zone) SECURITY DEFINER	
FUNCTION attention_found(asked_at timestamp with time zone, roots ltree[])	
FUNCTION attention_of(asked_at timestamp with time zone) SECURITY DEFINER	
FUNCTION attention_page(asked_at timestamp with time zone, only_reason text, after_rank integer, after_since timestamp with time zone, after_id uuid, most integer) SECURITY DEFINER	
FUNCTION attention_standing(after uuid, most integer) SECURITY DEFINER	
FUNCTION blanks_overlap(of_province text, of_prefix text, of_width integer, of_first bigint, of_last bigint) SECURITY DEFINER	
FUNCTION change_class(of_change uuid) SECURITY DEFINER	
FUNCTION change_sides(of_change uuid) SECURITY DEFINER	
FUNCTION claim_on(student uuid) SECURITY DEFINER	
FUNCTION filed_here(change_id uuid) SECURITY DEFINER	
FUNCTION fill_name_key()	
FUNCTION graduated_on(pupil uuid) SECURITY DEFINER	
FUNCTION graduates_named(named jsonb, for_school uuid, for_year integer) SECURITY DEFINER	
FUNCTION graduation_lines_held(of_change uuid) SECURITY DEFINER	
FUNCTION history_names(of_student uuid) SECURITY DEFINER	
FUNCTION identities_registered(hashes bytea[]) SECURITY DEFINER	
FUNCTION identity_taken(own_student uuid, own_change uuid, hashes bytea[]) SECURITY DEFINER	
FUNCTION left_for_mismatch(pupil uuid) SECURITY DEFINER	
FUNCTION lines_held(of_change uuid) SECURITY DEFINER	
FUNCTION login_account(a_login text) SECURITY DEFINER	
FUNCTION login_begin(a_login text, a_network text, a_now timestamp with time zone, a_day date, a_known interval) SECURITY DEFINER	
FUNCTION login_failure(a_login text, a_network text, a_now timestamp with time zone, a_known interval, a_limit integer, a_limit_elsewhere integer, a_locked_until timestamp with time zone) SECURITY DEFINER	
FUNCTION login_hash(of_login text)	
FUNCTION login_locked_until(a_account uuid) SECURITY DEFINER	
FUNCTION login_seal(a_account uuid, a_now timestamp with time zone) SECURITY DEFINER	
FUNCTION login_success(a_account uuid, a_network text, a_session uuid, a_token_hash bytea, a_now timestamp with time zone, a_expires timestamp with time zone) SECURITY DEFINER	
FUNCTION login_sweep(a_before timestamp with time zone) SECURITY DEFINER	
FUNCTION login_unlock(a_account uuid) SECURITY DEFINER	
FUNCTION name_grams(name text)	
FUNCTION office_can_act(office uuid, needed text, except_account uuid) SECURITY DEFINER	
FUNCTION office_holders(office uuid, needed text) SECURITY DEFINER	
FUNCTION office_stands(office uuid, seen_path ltree) SECURITY DEFINER	
FUNCTION own_passwords(a_count integer) SECURITY DEFINER	
FUNCTION papers_elsewhere(of_change uuid) SECURITY DEFINER	
FUNCTION placing_held(of_change uuid) SECURITY DEFINER	
FUNCTION policy_author(of_province text, of_version integer) SECURITY DEFINER	
FUNCTION policy_number(of_province text, of_key text, on_day date) SECURITY DEFINER	
FUNCTION policy_use(of_province text) SECURITY DEFINER	
FUNCTION problem_other(of_problem uuid) SECURITY DEFINER	
FUNCTION problem_passed_there(of_problem uuid) SECURITY DEFINER	
FUNCTION queue_webhooks() SECURITY DEFINER	
FUNCTION reassign_organisation(office uuid, seen_version bigint, new_parent uuid) SECURITY DEFINER	
FUNCTION refuse_rewrite()	
FUNCTION rekey_document(of_student uuid, key bytea) SECURITY DEFINER	
FUNCTION ring_offices()	
FUNCTION ring_session()	
FUNCTION scope()	
FUNCTION session_principal(a_token_hash bytea, a_now timestamp with time zone, a_idle interval, a_day date) SECURITY DEFINER	
FUNCTION signed_here(of_task uuid, who uuid) SECURITY DEFINER	
FUNCTION slot_beside(slot_key text) SECURITY DEFINER	
FUNCTION slot_holder(slot_key text, OUT change_id uuid, OUT visible boolean) SECURITY DEFINER	
FUNCTION slot_kind(slot_key text) SECURITY DEFINER	
FUNCTION slot_waits(slot_key text) SECURITY DEFINER	
FUNCTION slots_held(keys text[]) SECURITY DEFINER	
FUNCTION stage_years(of_school uuid, of_stage text, in_year integer, otherwise integer)	
FUNCTION steps_done(a_office uuid, a_since timestamp with time zone) SECURITY DEFINER	
FUNCTION struck_by_case(correction uuid) SECURITY DEFINER	
FUNCTION student_of_redo(ended uuid) SECURITY DEFINER	
FUNCTION student_to_receive(name_keys text[], a_number_hash bytea, id_hashes bytea[]) SECURITY DEFINER	
FUNCTION students_named(piece text, school uuid, class uuid, states text[], of_stage text, after uuid, most integer) SECURITY DEFINER	
FUNCTION submitted(of_change uuid, who uuid) SECURITY DEFINER	
FUNCTION task_able(of_task uuid, at timestamp with time zone) SECURITY DEFINER	
FUNCTION workday_author(of_version integer) SECURITY DEFINER	
FUNCTION worker_beat_seen()	
CONSTRAINT account_login_key ON account	ALTER TABLE account ADD CONSTRAINT account_login_key UNIQUE (login)
CONSTRAINT account_password_pkey ON account_password	ALTER TABLE account_password ADD CONSTRAINT account_password_pkey PRIMARY KEY (id)
CONSTRAINT account_pkey ON account	ALTER TABLE account ADD CONSTRAINT account_pkey PRIMARY KEY (id)
CONSTRAINT admission_change_id_student_id_key ON admission	ALTER TABLE admission ADD CONSTRAINT admission_change_id_student_id_key UNIQUE (change_id, student_id)
CONSTRAINT admission_pkey ON admission	ALTER TABLE admission ADD CONSTRAINT admission_pkey PRIMARY KEY (change_id, line_no)
CONSTRAINT audit_entry_pkey ON audit_entry	ALTER TABLE audit_entry ADD CONSTRAINT audit_entry_pkey PRIMARY KEY (id)
CONSTRAINT audit_seal_entry_id_key ON audit_seal	ALTER TABLE audit_seal ADD CONSTRAINT audit_seal_entry_id_key UNIQUE (entry_id)
CONSTRAINT audit_seal_pkey ON audit_seal	ALTER TABLE audit_seal ADD CONSTRAINT audit_seal_pkey PRIMARY KEY (partition, seq)
CONSTRAINT batch_request_pkey ON batch_request	ALTER TABLE batch_request ADD CONSTRAINT batch_request_pkey PRIMARY KEY (account_id, key)
CONSTRAINT certificate_pkey ON certificate	ALTER TABLE certificate ADD CONSTRAINT certificate_pkey PRIMARY KEY (id)
CONSTRAINT certificate_province_code_number_key ON certificate	ALTER TABLE certificate ADD CONSTRAINT certificate_province_code_number_key UNIQUE (province_code, number)
CONSTRAINT certificate_stock_given_by_give_key_key ON certificate_stock	ALTER TABLE certificate_stock ADD CONSTRAINT certificate_stock_given_by_give_key_key UNIQUE (given_by, give_key)
CONSTRAINT certificate_stock_id_blank_no_key ON certificate	ALTER TABLE certificate ADD CONSTRAINT certificate_stock_id_blank_no_key UNIQUE (stock_id, blank_no)
CONSTRAINT certificate_stock_pkey ON certificate_stock	ALTER TABLE certificate_stock ADD CONSTRAINT certificate_stock_pkey PRIMARY KEY (id)
CONSTRAINT change_case_no_key ON change	ALTER TABLE change ADD CONSTRAINT change_case_no_key UNIQUE (case_no)
CONSTRAINT change_copy_pkey ON change_copy	ALTER TABLE change_copy ADD CONSTRAINT change_copy_pkey PRIMARY KEY (change_id, account_id)
CONSTRAINT change_dismissal_pkey ON change_dismissal	ALTER TABLE change_dismissal ADD CONSTRAINT change_dismissal_pkey PRIMARY KEY (change_id)
CONSTRAINT change_event_pkey ON change_event	ALTER TABLE change_event ADD CONSTRAINT change_event_pkey PRIMARY KEY (id)
CONSTRAINT change_evidence_pkey ON change_evidence	ALTER TABLE change_evidence ADD CONSTRAINT change_evidence_pkey PRIMARY KEY (change_id, evidence_id)
CONSTRAINT change_filed_by_filing_key_key ON change	ALTER TABLE change ADD CONSTRAINT change_filed_by_filing_key_key UNIQUE (filed_by, filing_key)
CONSTRAINT change_line_change_id_student_id_key ON change_line	ALTER TABLE change_line ADD CONSTRAINT change_line_change_id_student_id_key UNIQUE (change_id, student_id)
CONSTRAINT change_line_pkey ON change_line	ALTER TABLE change_line ADD CONSTRAINT change_line_pkey PRIMARY KEY (change_id, line_no)
CONSTRAINT change_party_pkey ON change_party	ALTER TABLE change_party ADD CONSTRAINT change_party_pkey PRIMARY KEY (change_id, side)
CONSTRAINT change_pkey ON change	ALTER TABLE change ADD CONSTRAINT change_pkey PRIMARY KEY (id)
CONSTRAINT change_revision_pkey ON change_revision	ALTER TABLE change_revision ADD CONSTRAINT change_revision_pkey PRIMARY KEY (id)
CONSTRAINT change_revision_slip_id_key ON change_revision	ALTER TABLE change_revision ADD CONSTRAINT change_revision_slip_id_key UNIQUE (slip_id)
CONSTRAINT change_value_pkey ON change_value	ALTER TABLE change_value ADD CONSTRAINT change_value_pkey PRIMARY KEY (change_id, round, field)
CONSTRAINT check_in_notice_pkey ON check_in_notice	ALTER TABLE check_in_notice ADD CONSTRAINT check_in_notice_pkey PRIMARY KEY (school_id, school_year, term)
CONSTRAINT check_in_pkey ON check_in	ALTER TABLE check_in ADD CONSTRAINT check_in_pkey PRIMARY KEY (student_id, school_year, term, school_id)
CONSTRAINT clearing_notice_pkey ON clearing_notice	ALTER TABLE clearing_notice ADD CONSTRAINT clearing_notice_pkey PRIMARY KEY (school_id, year)
CONSTRAINT decision_pkey ON decision	ALTER TABLE decision ADD CONSTRAINT decision_pkey PRIMARY KEY (change_id, step_no, round, task_id)
CONSTRAINT decision_slip_id_key ON decision	ALTER TABLE decision ADD CONSTRAINT decision_slip_id_key UNIQUE (slip_id)
CONSTRAINT departure_once ON departure	ALTER TABLE departure ADD CONSTRAINT departure_once UNIQUE (change_id, student_id)
CONSTRAINT departure_pkey ON departure	ALTER TABLE departure ADD CONSTRAINT departure_pkey PRIMARY KEY (id)
CONSTRAINT double_search_pkey ON double_search	ALTER TABLE double_search ADD CONSTRAINT double_search_pkey PRIMARY KEY (rules)
CONSTRAINT enrolment_deferral_pkey ON enrolment_deferral	ALTER TABLE enrolment_deferral ADD CONSTRAINT enrolment_deferral_pkey PRIMARY KEY (id)
CONSTRAINT enrolment_plan_pkey ON enrolment_plan	ALTER TABLE enrolment_plan ADD CONSTRAINT enrolment_plan_pkey PRIMARY KEY (school_id, stage, year)
CONSTRAINT evidence_pkey ON evidence	ALTER TABLE evidence ADD CONSTRAINT evidence_pkey PRIMARY KEY (id)
CONSTRAINT filing_draft_pkey ON filing_draft	ALTER TABLE filing_draft ADD CONSTRAINT filing_draft_pkey PRIMARY KEY (account_id, id)
CONSTRAINT goose_db_version_pkey ON goose_db_version	ALTER TABLE goose_db_version ADD CONSTRAINT goose_db_version_pkey PRIMARY KEY (id)
CONSTRAINT graduation_line_change_id_student_id_key ON graduation_line	ALTER TABLE graduation_line ADD CONSTRAINT graduation_line_change_id_student_id_key UNIQUE (change_id, student_id)
CONSTRAINT graduation_line_pkey ON graduation_line	ALTER TABLE graduation_line ADD CONSTRAINT graduation_line_pkey PRIMARY KEY (change_id, line_no)
CONSTRAINT guardian_pkey ON guardian	ALTER TABLE guardian ADD CONSTRAINT guardian_pkey PRIMARY KEY (student_id, seat)
CONSTRAINT handover_once ON handover	ALTER TABLE handover ADD CONSTRAINT handover_once UNIQUE (change_id, student_id)
CONSTRAINT handover_pkey ON handover	ALTER TABLE handover ADD CONSTRAINT handover_pkey PRIMARY KEY (id)
CONSTRAINT identity_check_pkey ON identity_check	ALTER TABLE identity_check ADD CONSTRAINT identity_check_pkey PRIMARY KEY (id)
CONSTRAINT identity_question_pkey ON identity_question	ALTER TABLE identity_question ADD CONSTRAINT identity_question_pkey PRIMARY KEY (job_id, no)
CONSTRAINT job_part_pkey ON job_part	ALTER TABLE job_part ADD CONSTRAINT job_part_pkey PRIMARY KEY (job_id, no)
CONSTRAINT job_pkey ON job	ALTER TABLE job ADD CONSTRAINT job_pkey PRIMARY KEY (id)
CONSTRAINT job_word_pkey ON job_word	ALTER TABLE job_word ADD CONSTRAINT job_word_pkey PRIMARY KEY (id)
CONSTRAINT keyring_pkey ON keyring	ALTER TABLE keyring ADD CONSTRAINT keyring_pkey PRIMARY KEY (single)
CONSTRAINT keyring_walk_pkey ON keyring_walk	ALTER TABLE keyring_walk ADD CONSTRAINT keyring_walk_pkey PRIMARY KEY (place)
CONSTRAINT likeness_pkey ON likeness	ALTER TABLE likeness ADD CONSTRAINT likeness_pkey PRIMARY KEY (student_id)
CONSTRAINT login_attempt_pkey ON login_attempt	ALTER TABLE login_attempt ADD CONSTRAINT login_attempt_pkey PRIMARY KEY (login_hash, network)
CONSTRAINT notice_pkey ON notice	ALTER TABLE notice ADD CONSTRAINT notice_pkey PRIMARY KEY (id)
CONSTRAINT notice_read_pkey ON notice_read	ALTER TABLE notice_read ADD CONSTRAINT notice_read_pkey PRIMARY KEY (notice_id, account_id)
CONSTRAINT opinion_draft_pkey ON opinion_draft	ALTER TABLE opinion_draft ADD CONSTRAINT opinion_draft_pkey PRIMARY KEY (account_id, task_id)
CONSTRAINT organisation_kind_code_key ON organisation	ALTER TABLE organisation ADD CONSTRAINT organisation_kind_code_key UNIQUE (kind, code)
CONSTRAINT organisation_path_key ON organisation	ALTER TABLE organisation ADD CONSTRAINT organisation_path_key UNIQUE (path)
CONSTRAINT organisation_pkey ON organisation	ALTER TABLE organisation ADD CONSTRAINT organisation_pkey PRIMARY KEY (id)
CONSTRAINT outbox_pkey ON outbox	ALTER TABLE outbox ADD CONSTRAINT outbox_pkey PRIMARY KEY (id)
CONSTRAINT placing_line_change_id_student_id_key ON placing_line	ALTER TABLE placing_line ADD CONSTRAINT placing_line_change_id_student_id_key UNIQUE (change_id, student_id)
CONSTRAINT placing_line_pkey ON placing_line	ALTER TABLE placing_line ADD CONSTRAINT placing_line_pkey PRIMARY KEY (change_id, line_no)
CONSTRAINT policy_pkey ON policy	ALTER TABLE policy ADD CONSTRAINT policy_pkey PRIMARY KEY (province_code, version)
CONSTRAINT proxy_pkey ON proxy	ALTER TABLE proxy ADD CONSTRAINT proxy_pkey PRIMARY KEY (id)
CONSTRAINT punishment_pkey ON punishment	ALTER TABLE punishment ADD CONSTRAINT punishment_pkey PRIMARY KEY (id)
CONSTRAINT punishment_recorded_by_record_key_key ON punishment	ALTER TABLE punishment ADD CONSTRAINT punishment_recorded_by_record_key_key UNIQUE (recorded_by, record_key)
CONSTRAINT received_child_entered_by_entry_key_key ON received_child	ALTER TABLE received_child ADD CONSTRAINT received_child_entered_by_entry_key_key UNIQUE (entered_by, entry_key)
CONSTRAINT received_child_pkey ON received_child	ALTER TABLE received_child ADD CONSTRAINT received_child_pkey PRIMARY KEY (id)
CONSTRAINT roster_pkey ON roster	ALTER TABLE roster ADD CONSTRAINT roster_pkey PRIMARY KEY (id)
CONSTRAINT roster_row_pkey ON roster_row	ALTER TABLE roster_row ADD CONSTRAINT roster_row_pkey PRIMARY KEY (roster_id, row_no)
CONSTRAINT school_class_pkey ON school_class	ALTER TABLE school_class ADD CONSTRAINT school_class_pkey PRIMARY KEY (id)
CONSTRAINT school_class_school_id_code_key ON school_class	ALTER TABLE school_class ADD CONSTRAINT school_class_school_id_code_key UNIQUE (school_id, code)
CONSTRAINT school_grade_pkey ON school_grade	ALTER TABLE school_grade ADD CONSTRAINT school_grade_pkey PRIMARY KEY (id)
CONSTRAINT school_grade_school_id_stage_entry_year_key ON school_grade	ALTER TABLE school_grade ADD CONSTRAINT school_grade_school_id_stage_entry_year_key UNIQUE (school_id, stage, entry_year)
CONSTRAINT school_year_pkey ON school_year	ALTER TABLE school_year ADD CONSTRAINT school_year_pkey PRIMARY KEY (province_code, year)
CONSTRAINT schooling_length_pkey ON schooling_length	ALTER TABLE schooling_length ADD CONSTRAINT schooling_length_pkey PRIMARY KEY (school_id, stage, from_year)
CONSTRAINT session_pkey ON session	ALTER TABLE session ADD CONSTRAINT session_pkey PRIMARY KEY (id)
CONSTRAINT session_token_hash_key ON session	ALTER TABLE session ADD CONSTRAINT session_token_hash_key UNIQUE (token_hash)
CONSTRAINT slip_account_id_key_key ON slip	ALTER TABLE slip ADD CONSTRAINT slip_account_id_key_key UNIQUE (account_id, key)
CONSTRAINT slip_pkey ON slip	ALTER TABLE slip ADD CONSTRAINT slip_pkey PRIMARY KEY (id)
CONSTRAINT slot_pkey ON slot	ALTER TABLE slot ADD CONSTRAINT slot_pkey PRIMARY KEY (key)
CONSTRAINT step_pkey ON step	ALTER TABLE step ADD CONSTRAINT step_pkey PRIMARY KEY (change_id, no, round)
CONSTRAINT student_history_pkey ON student_history	ALTER TABLE student_history ADD CONSTRAINT student_history_pkey PRIMARY KEY (id)
CONSTRAINT student_number_hash_key ON student	ALTER TABLE student ADD CONSTRAINT student_number_hash_key UNIQUE (number_hash)
CONSTRAINT student_pkey ON student	ALTER TABLE student ADD CONSTRAINT student_pkey PRIMARY KEY (id)
CONSTRAINT student_problem_pkey ON student_problem	ALTER TABLE student_problem ADD CONSTRAINT student_problem_pkey PRIMARY KEY (id)
CONSTRAINT suspension_change_id_key ON suspension	ALTER TABLE suspension ADD CONSTRAINT suspension_change_id_key UNIQUE (change_id)
CONSTRAINT suspension_pkey ON suspension	ALTER TABLE suspension ADD CONSTRAINT suspension_pkey PRIMARY KEY (id)
CONSTRAINT task_change_id_step_no_round_seat_key ON task	ALTER TABLE task ADD CONSTRAINT task_change_id_step_no_round_seat_key UNIQUE (change_id, step_no, round, seat)
CONSTRAINT task_pkey ON task	ALTER TABLE task ADD CONSTRAINT task_pkey PRIMARY KEY (id)
CONSTRAINT tidying_pkey ON tidying	ALTER TABLE tidying ADD CONSTRAINT tidying_pkey PRIMARY KEY (rules)
CONSTRAINT webhook_delivery_endpoint_id_notice_id_key ON webhook_delivery	ALTER TABLE webhook_delivery ADD CONSTRAINT webhook_delivery_endpoint_id_notice_id_key UNIQUE (endpoint_id, notice_id)
CONSTRAINT webhook_delivery_pkey ON webhook_delivery	ALTER TABLE webhook_delivery ADD CONSTRAINT webhook_delivery_pkey PRIMARY KEY (id)
CONSTRAINT webhook_endpoint_pkey ON webhook_endpoint	ALTER TABLE webhook_endpoint ADD CONSTRAINT webhook_endpoint_pkey PRIMARY KEY (id)
CONSTRAINT webhook_secret_pkey ON webhook_secret	ALTER TABLE webhook_secret ADD CONSTRAINT webhook_secret_pkey PRIMARY KEY (id)
CONSTRAINT workday_year_pkey ON workday_year	ALTER TABLE workday_year ADD CONSTRAINT workday_year_pkey PRIMARY KEY (version)
CONSTRAINT worker_beat_pkey ON worker_beat	ALTER TABLE worker_beat ADD CONSTRAINT worker_beat_pkey PRIMARY KEY (name)
CONSTRAINT year_turn_part_pkey ON year_turn_part	ALTER TABLE year_turn_part ADD CONSTRAINT year_turn_part_pkey PRIMARY KEY (turn_id, no)
CONSTRAINT year_turn_pkey ON year_turn	ALTER TABLE year_turn ADD CONSTRAINT year_turn_pkey PRIMARY KEY (id)
CONSTRAINT year_turn_stay_pkey ON year_turn_stay	ALTER TABLE year_turn_stay ADD CONSTRAINT year_turn_stay_pkey PRIMARY KEY (turn_id, student_id)
INDEX account_idle ON account	CREATE INDEX account_idle ON public.account USING btree (last_used_at) WHERE ((sealed_at IS NULL) AND (closed_at IS NULL))
INDEX account_org ON account	CREATE INDEX account_org ON public.account USING btree (org_id, login)
INDEX account_password_account ON account_password	CREATE INDEX account_password_account ON public.account_password USING btree (account_id, id DESC)
INDEX account_path ON account	CREATE INDEX account_path ON public.account USING gist (org_path)
INDEX admission_school ON admission	CREATE INDEX admission_school ON public.admission USING btree (school_id, plan_year, change_id, line_no)
INDEX admission_student ON admission	CREATE INDEX admission_student ON public.admission USING btree (student_id)
INDEX admission_taken ON admission	CREATE UNIQUE INDEX admission_taken ON public.admission USING btree (student_id, plan_year) WHERE (state = ANY (ARRAY['RETRIEVED'::text, 'FINAL'::text]))
INDEX admission_untold ON admission	CREATE INDEX admission_untold ON public.admission USING btree (change_id) WHERE (tell <> ''::text)
INDEX audit_entry_newest ON audit_entry	CREATE INDEX audit_entry_newest ON public.audit_entry USING btree (at DESC, id DESC)
INDEX audit_entry_partition ON audit_entry	CREATE INDEX audit_entry_partition ON public.audit_entry USING btree (partition, at, id)
INDEX audit_entry_subject ON audit_entry	CREATE INDEX audit_entry_subject ON public.audit_entry USING btree (subject_kind, subject_id, at)
INDEX certificate_request ON certificate	CREATE INDEX certificate_request ON public.certificate USING btree (written_by, write_key)
INDEX certificate_school ON certificate	CREATE INDEX certificate_school ON public.certificate USING btree (school_id, year, number)
INDEX certificate_stock_range ON certificate_stock	CREATE INDEX certificate_stock_range ON public.certificate_stock USING btree (province_code, prefix, width, first_no)
INDEX certificate_stock_school ON certificate_stock	CREATE INDEX certificate_stock_school ON public.certificate_stock USING btree (school_id, stage, given_at, id)
INDEX certificate_valid ON certificate	CREATE UNIQUE INDEX certificate_valid ON public.certificate USING btree (student_id, stage, year) WHERE (state = ANY (ARRAY['WRITTEN'::text, 'ISSUED'::text]))
INDEX change_about ON change	CREATE INDEX change_about ON public.change USING btree (about) WHERE (about IS NOT NULL)
INDEX change_copy_account ON change_copy	CREATE INDEX change_copy_account ON public.change_copy USING btree (account_id, sent_at DESC, change_id)
INDEX change_event_change ON change_event	CREATE INDEX change_event_change ON public.change_event USING btree (change_id, at, id)
INDEX change_event_comment ON change_event	CREATE UNIQUE INDEX change_event_comment ON public.change_event USING btree (account_id, ((params ->> 'key'::text))) WHERE (verb = 'COMMENT'::text)
INDEX change_event_silent ON change_event	CREATE UNIQUE INDEX change_event_silent ON public.change_event USING btree (change_id, step_no, round, verb) WHERE (verb = 'NO_ANSWER'::text)
INDEX change_event_time ON change_event	CREATE UNIQUE INDEX change_event_time ON public.change_event USING btree (change_id, step_no, round, verb, COALESCE((params ->> 'due'::text), ''::text)) WHERE (verb = ANY (ARRAY['REMINDED_50'::text, 'REMINDED_80'::text, 'OVERDUE'::text, 'TOTAL_WARNED'::text]))
INDEX change_evidence_paper ON change_evidence	CREATE INDEX change_evidence_paper ON public.change_evidence USING btree (evidence_id)
INDEX change_filer ON change	CREATE INDEX change_filer ON public.change USING btree (filed_by, filed_at DESC, id DESC)
INDEX change_in_force ON change	CREATE INDEX change_in_force ON public.change USING btree (org_id, effective_on) INCLUDE (kind, struck_at, org_path, id) WHERE (status = 'EFFECTIVE'::text)
INDEX change_line_student ON change_line	CREATE INDEX change_line_student ON public.change_line USING btree (student_id)
INDEX change_newest ON change	CREATE INDEX change_newest ON public.change USING btree (filed_at DESC, id DESC)
INDEX change_newest_kind ON change	CREATE INDEX change_newest_kind ON public.change USING btree (kind, filed_at DESC, id DESC)
INDEX change_newest_office ON change	CREATE INDEX change_newest_office ON public.change USING btree (org_id, filed_at DESC, id DESC)
INDEX change_newest_state ON change	CREATE INDEX change_newest_state ON public.change USING btree (status, filed_at DESC, id DESC) WHERE (status = ANY (ARRAY['REFUSED'::text, 'WITHDRAWN'::text, 'CLOSED'::text]))
INDEX change_party_path ON change_party	CREATE INDEX change_party_path ON public.change_party USING gist (org_path)
INDEX change_revision_change ON change_revision	CREATE INDEX change_revision_change ON public.change_revision USING btree (change_id, at, id)
INDEX change_running ON change	CREATE INDEX change_running ON public.change USING btree (filed_at, id) WHERE (status = 'RUNNING'::text)
INDEX change_running_id ON change	CREATE INDEX change_running_id ON public.change USING btree (id) WHERE (status = 'RUNNING'::text)
INDEX change_student ON change	CREATE INDEX change_student ON public.change USING btree (student_id, filed_at)
INDEX change_total_mark ON change	CREATE INDEX change_total_mark ON public.change USING btree (due_total) WHERE ((status = 'RUNNING'::text) AND (total_warned_at IS NULL))
INDEX check_in_absent ON check_in	CREATE INDEX check_in_absent ON public.check_in USING btree (school_year, term, school_id, student_id) WHERE (NOT came)
INDEX check_in_class ON check_in	CREATE INDEX check_in_class ON public.check_in USING btree (class_id, school_year, term)
INDEX decision_task ON decision	CREATE UNIQUE INDEX decision_task ON public.decision USING btree (task_id)
INDEX departure_school ON departure	CREATE INDEX departure_school ON public.departure USING btree (school_id, left_on DESC, id DESC)
INDEX departure_student ON departure	CREATE INDEX departure_student ON public.departure USING btree (student_id)
INDEX enrolment_deferral_key ON enrolment_deferral	CREATE UNIQUE INDEX enrolment_deferral_key ON public.enrolment_deferral USING btree (account_id, record_key)
INDEX enrolment_deferral_once ON enrolment_deferral	CREATE UNIQUE INDEX enrolment_deferral_once ON public.enrolment_deferral USING btree (student_id, plan_year) WHERE (cancelled_at IS NULL)
INDEX enrolment_plan_path ON enrolment_plan	CREATE INDEX enrolment_plan_path ON public.enrolment_plan USING gist (org_path)
INDEX evidence_content ON evidence	CREATE INDEX evidence_content ON public.evidence USING btree (sha256)
INDEX filing_draft_saved ON filing_draft	CREATE INDEX filing_draft_saved ON public.filing_draft USING btree (saved_at)
INDEX graduation_line_once ON graduation_line	CREATE UNIQUE INDEX graduation_line_once ON public.graduation_line USING btree (student_id, stage, year) WHERE ((verdict = 'GRADUATED'::text) AND (undone_at IS NULL))
INDEX graduation_line_school ON graduation_line	CREATE INDEX graduation_line_school ON public.graduation_line USING btree (school_id, year, change_id, line_no) WHERE ((verdict = 'GRADUATED'::text) AND (undone_at IS NULL))
INDEX graduation_line_student ON graduation_line	CREATE INDEX graduation_line_student ON public.graduation_line USING btree (student_id)
INDEX handover_due ON handover	CREATE INDEX handover_due ON public.handover USING btree (due_on, id) WHERE (received_at IS NULL)
INDEX handover_from ON handover	CREATE INDEX handover_from ON public.handover USING btree (from_school, due_on, id) WHERE (received_at IS NULL)
INDEX handover_to ON handover	CREATE INDEX handover_to ON public.handover USING btree (to_school, due_on, id) WHERE (received_at IS NULL)
INDEX identity_check_change ON identity_check	CREATE UNIQUE INDEX identity_check_change ON public.identity_check USING btree (change_id) WHERE (change_id IS NOT NULL)
INDEX identity_check_student ON identity_check	CREATE INDEX identity_check_student ON public.identity_check USING btree (student_id, asked_at DESC)
INDEX job_change ON job	CREATE UNIQUE INDEX job_change ON public.job USING btree (change_id) WHERE (change_id IS NOT NULL)
INDEX job_newest ON job	CREATE INDEX job_newest ON public.job USING btree (created_at DESC, id DESC)
INDEX job_of_subject ON job	CREATE INDEX job_of_subject ON public.job USING btree (subject_id, kind, created_at DESC, id DESC)
INDEX job_part_waiting ON job_part	CREATE INDEX job_part_waiting ON public.job_part USING btree (job_id, no) WHERE (done_at IS NULL)
INDEX job_path ON job	CREATE INDEX job_path ON public.job USING gist (org_path)
INDEX job_running ON job	CREATE INDEX job_running ON public.job USING btree (id) WHERE (state = 'RUNNING'::text)
INDEX job_subject ON job	CREATE UNIQUE INDEX job_subject ON public.job USING btree (kind, subject_id) WHERE (state <> 'DONE'::text)
INDEX job_word_pending ON job_word	CREATE UNIQUE INDEX job_word_pending ON public.job_word USING btree (job_id, verb) WHERE (outcome = 'PENDING'::text)
INDEX likeness_keys ON likeness	CREATE INDEX likeness_keys ON public.likeness USING gin (keys) WITH (fastupdate=off)
INDEX login_attempt_old ON login_attempt	CREATE INDEX login_attempt_old ON public.login_attempt USING btree (GREATEST(failed_at, came_in_at))
INDEX notice_account ON notice	CREATE INDEX notice_account ON public.notice USING btree (account_id, created_at DESC, id DESC) WHERE (account_id IS NOT NULL)
INDEX notice_office ON notice	CREATE INDEX notice_office ON public.notice USING btree (org_id, created_at DESC, id DESC)
INDEX notice_once ON notice	CREATE UNIQUE INDEX notice_once ON public.notice USING btree (change_id, kind, step_no, round, org_id, role, occasion, COALESCE(account_id, '00000000-0000-0000-0000-000000000000'::uuid))
INDEX notice_problem_once ON notice	CREATE UNIQUE INDEX notice_problem_once ON public.notice USING btree (problem_id, kind, org_id) WHERE (problem_id IS NOT NULL)
INDEX organisation_name ON organisation	CREATE INDEX organisation_name ON public.organisation USING btree (name text_pattern_ops)
INDEX organisation_parent ON organisation	CREATE INDEX organisation_parent ON public.organisation USING btree (parent_id, code)
INDEX organisation_path ON organisation	CREATE INDEX organisation_path ON public.organisation USING gist (path)
INDEX outbox_change ON outbox	CREATE INDEX outbox_change ON public.outbox USING btree (change_id)
INDEX outbox_waiting ON outbox	CREATE INDEX outbox_waiting ON public.outbox USING btree (id) WHERE (sent_at IS NULL)
INDEX placing_line_student ON placing_line	CREATE INDEX placing_line_student ON public.placing_line USING btree (student_id)
INDEX policy_added ON policy	CREATE UNIQUE INDEX policy_added ON public.policy USING btree (author_id, add_key)
INDEX proxy_acting ON proxy	CREATE INDEX proxy_acting ON public.proxy USING btree (proxy_id, until_at) WHERE (revoked_at IS NULL)
INDEX proxy_org ON proxy	CREATE INDEX proxy_org ON public.proxy USING btree (org_id, until_at DESC, id DESC)
INDEX punishment_cancel ON punishment	CREATE UNIQUE INDEX punishment_cancel ON public.punishment USING btree (cancelled_by, cancel_key) WHERE (cancelled_by IS NOT NULL)
INDEX punishment_student ON punishment	CREATE INDEX punishment_student ON public.punishment USING btree (student_id, decided_on, id)
INDEX received_child_list ON received_child	CREATE INDEX received_child_list ON public.received_child USING btree (closed, received_on, id)
INDEX received_child_school ON received_child	CREATE INDEX received_child_school ON public.received_child USING btree (school_id, closed, received_on, id)
INDEX roster_file ON roster	CREATE UNIQUE INDEX roster_file ON public.roster USING btree (school_id, file_sha256) WHERE (state <> ALL (ARRAY['REFUSED'::text, 'DISCARDED'::text, 'ENROLLED'::text]))
INDEX roster_key ON roster	CREATE UNIQUE INDEX roster_key ON public.roster USING btree (created_by, idempotency_key) WHERE (idempotency_key <> ''::text)
INDEX roster_path ON roster	CREATE INDEX roster_path ON public.roster USING gist (org_path)
INDEX roster_row_verdict ON roster_row	CREATE INDEX roster_row_verdict ON public.roster_row USING btree (roster_id, verdict, row_no)
INDEX roster_school ON roster	CREATE INDEX roster_school ON public.roster USING btree (school_id, created_at DESC, id DESC)
INDEX roster_stored ON roster	CREATE INDEX roster_stored ON public.roster USING btree (created_at) WHERE (blob_key <> ''::text)
INDEX school_class_grade ON school_class	CREATE INDEX school_class_grade ON public.school_class USING btree (grade_id)
INDEX session_account ON session	CREATE INDEX session_account ON public.session USING btree (account_id, created_at DESC)
INDEX slip_pending ON slip	CREATE INDEX slip_pending ON public.slip USING btree (change_id, created_at, id) WHERE (outcome = 'PENDING'::text)
INDEX slip_waiting ON slip	CREATE INDEX slip_waiting ON public.slip USING btree (created_at) WHERE (outcome = 'PENDING'::text)
INDEX slot_change ON slot	CREATE INDEX slot_change ON public.slot USING btree (change_id)
INDEX step_automatic ON step	CREATE INDEX step_automatic ON public.step USING btree (next_attempt_at) WHERE ((status = 'OPEN'::text) AND (act <> ''::text))
INDEX step_done ON step	CREATE INDEX step_done ON public.step USING btree (office_id, closed_at) INCLUDE (role, opened_at, due_at) WHERE ((status = 'DONE'::text) AND (act = ''::text))
INDEX step_next_mark ON step	CREATE INDEX step_next_mark ON public.step USING btree (LEAST( CASE WHEN (reminded_50 IS NULL) THEN remind_50_at ELSE NULL::timestamp with time zone END, CASE WHEN (reminded_80 IS NULL) THEN remind_80_at ELSE NULL::timestamp with time zone END, CASE WHEN (overdue_at IS NULL) THEN due_at ELSE NULL::timestamp with time zone END)) WHERE (status = 'OPEN'::text)
INDEX step_one_open ON step	CREATE UNIQUE INDEX step_one_open ON public.step USING btree (change_id) WHERE (status = 'OPEN'::text)
INDEX step_open_due ON step	CREATE INDEX step_open_due ON public.step USING btree (due_at, change_id) WHERE (status = 'OPEN'::text)
INDEX step_problem ON step	CREATE INDEX step_problem ON public.step USING btree (change_id) WHERE ((status = 'OPEN'::text) AND (problem <> ''::text))
INDEX student_class ON student	CREATE INDEX student_class ON public.student USING btree (class_id, id)
INDEX student_counted ON student	CREATE INDEX student_counted ON public.student USING btree (school_id, stage, entry_year) INCLUDE (sex, enrol_status, in_register, class_id, org_path)
INDEX student_history_change ON student_history	CREATE UNIQUE INDEX student_history_change ON public.student_history USING btree (change_id, student_id, kind) WHERE (change_id IS NOT NULL)
INDEX student_history_regrouped ON student_history	CREATE INDEX student_history_regrouped ON public.student_history USING btree (org_path, effective_on) WHERE (kind = ANY (ARRAY['RETENTION'::text, 'SKIP'::text]))
INDEX student_history_student ON student_history	CREATE INDEX student_history_student ON public.student_history USING btree (student_id, recorded_at, id)
INDEX student_identity ON student	CREATE UNIQUE INDEX student_identity ON public.student USING btree (id_hash) WHERE ((enrol_status <> 'DELETED'::text) AND (NOT id_double))
INDEX student_identity_any ON student	CREATE INDEX student_identity_any ON public.student USING btree (id_hash) WHERE (id_hash IS NOT NULL)
INDEX student_name ON student	CREATE INDEX student_name ON public.student USING btree (name_key, id)
INDEX student_name_grams ON student	CREATE INDEX student_name_grams ON public.student USING gin (name_grams(name_key))
INDEX student_name_prefix ON student	CREATE INDEX student_name_prefix ON public.student USING btree (name_key text_pattern_ops, id)
INDEX student_number_only ON student	CREATE INDEX student_number_only ON public.student USING btree (number_only_hash) WHERE (number_only_hash IS NOT NULL)
INDEX student_path ON student	CREATE INDEX student_path ON public.student USING gist (org_path)
INDEX student_problem_list ON student_problem	CREATE INDEX student_problem_list ON public.student_problem USING btree (found_at DESC, id DESC) WHERE (state = 'OPEN'::text)
INDEX student_problem_once ON student_problem	CREATE UNIQUE INDEX student_problem_once ON public.student_problem USING btree (student_id, kind, COALESCE(other_student_id, '00000000-0000-0000-0000-000000000000'::uuid)) WHERE (state <> 'CLEARED'::text)
INDEX student_problem_other ON student_problem	CREATE INDEX student_problem_other ON public.student_problem USING btree (other_student_id) WHERE (state <> 'CLEARED'::text)
INDEX student_problem_path ON student_problem	CREATE INDEX student_problem_path ON public.student_problem USING gist (org_path) WHERE (state = 'OPEN'::text)
INDEX student_roster ON student	CREATE INDEX student_roster ON public.student USING btree (roster_id) WHERE (roster_id IS NOT NULL)
INDEX student_school ON student	CREATE INDEX student_school ON public.student USING btree (school_id, enrol_status, id)
INDEX student_school_name ON student	CREATE INDEX student_school_name ON public.student USING btree (school_id, name_key)
INDEX student_undeduped ON student	CREATE INDEX student_undeduped ON public.student USING btree (id) WHERE (deduped_at IS NULL)
INDEX student_unproven ON student	CREATE INDEX student_unproven ON public.student USING btree (id) WHERE (identity_state <> ALL (ARRAY['MATCH'::text, 'NOT_APPLICABLE'::text]))
INDEX suspension_ends ON suspension	CREATE INDEX suspension_ends ON public.suspension USING btree (until_date, id) WHERE (ended_on IS NULL)
INDEX suspension_open ON suspension	CREATE UNIQUE INDEX suspension_open ON public.suspension USING btree (student_id) WHERE (ended_on IS NULL)
INDEX suspension_student ON suspension	CREATE INDEX suspension_student ON public.suspension USING btree (student_id, from_date, id)
INDEX task_due ON task	CREATE INDEX task_due ON public.task USING btree (due_at, id) WHERE (status = 'OPEN'::text)
INDEX task_holder ON task	CREATE INDEX task_holder ON public.task USING btree (holder_id, due_at, id) WHERE ((status = 'OPEN'::text) AND (holder_id IS NOT NULL))
INDEX task_office ON task	CREATE INDEX task_office ON public.task USING btree (office_id, due_at, id) WHERE (status = 'OPEN'::text)
INDEX task_owner ON task	CREATE INDEX task_owner ON public.task USING btree (owner_id) WHERE ((status = 'OPEN'::text) AND (owner_id IS NOT NULL))
INDEX task_parent ON task	CREATE INDEX task_parent ON public.task USING btree (parent_id) WHERE (parent_id IS NOT NULL)
INDEX webhook_delivery_due ON webhook_delivery	CREATE INDEX webhook_delivery_due ON public.webhook_delivery USING btree (endpoint_id, next_attempt_at) WHERE (next_attempt_at IS NOT NULL)
INDEX webhook_delivery_list ON webhook_delivery	CREATE INDEX webhook_delivery_list ON public.webhook_delivery USING btree (endpoint_id, created_at DESC, id DESC)
INDEX webhook_endpoint_path ON webhook_endpoint	CREATE INDEX webhook_endpoint_path ON public.webhook_endpoint USING gist (org_path)
INDEX webhook_secret_present ON webhook_secret	CREATE UNIQUE INDEX webhook_secret_present ON public.webhook_secret USING btree (endpoint_id) WHERE (until_at IS NULL)
INDEX workday_year_added ON workday_year	CREATE UNIQUE INDEX workday_year_added ON public.workday_year USING btree (author_id, add_key)
INDEX year_turn_closed_turn ON year_turn_closed	CREATE INDEX year_turn_closed_turn ON public.year_turn_closed USING btree (turn_id)
INDEX year_turn_key ON year_turn	CREATE UNIQUE INDEX year_turn_key ON public.year_turn USING btree (filed_by, idempotency_key)
INDEX year_turn_newest ON year_turn	CREATE INDEX year_turn_newest ON public.year_turn USING btree (created_at DESC, id DESC)
INDEX year_turn_once ON year_turn	CREATE UNIQUE INDEX year_turn_once ON public.year_turn USING btree (province_code, school_year) WHERE ((NOT dry) AND (finished_at IS NULL) AND (undone_at IS NULL))
INDEX year_turn_stay_school ON year_turn_stay	CREATE INDEX year_turn_stay_school ON public.year_turn_stay USING btree (turn_id, school_id, student_id)
CONSTRAINT account_login_check ON account	ALTER TABLE account ADD CONSTRAINT account_login_check CHECK ((login = lower(login)))
CONSTRAINT account_name_check ON account	ALTER TABLE account ADD CONSTRAINT account_name_check CHECK ((name <> ''::text))
CONSTRAINT account_org_id_fkey ON account	ALTER TABLE account ADD CONSTRAINT account_org_id_fkey FOREIGN KEY (org_id) REFERENCES organisation(id)
CONSTRAINT account_password_account_id_fkey ON account_password	ALTER TABLE account_password ADD CONSTRAINT account_password_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id)
CONSTRAINT account_roles_check ON account	ALTER TABLE account ADD CONSTRAINT account_roles_check CHECK ((cardinality(roles) > 0))
CONSTRAINT admission_change_id_fkey ON admission	ALTER TABLE admission ADD CONSTRAINT admission_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT admission_check ON admission	ALTER TABLE admission ADD CONSTRAINT admission_check CHECK (((state = ANY (ARRAY['FINAL'::text, 'ENDED'::text])) = (settled_at IS NOT NULL)))
CONSTRAINT admission_check1 ON admission	ALTER TABLE admission ADD CONSTRAINT admission_check1 CHECK (((state = 'ENDED'::text) = ((code <> ''::text) OR (reason <> ''::text))))
CONSTRAINT admission_check2 ON admission	ALTER TABLE admission ADD CONSTRAINT admission_check2 CHECK (((NOT placed) OR (state = ANY (ARRAY['ADMITTED'::text, 'RETRIEVED'::text, 'FINAL'::text]))))
CONSTRAINT admission_entry_year_check ON admission	ALTER TABLE admission ADD CONSTRAINT admission_entry_year_check CHECK (((entry_year >= 1980) AND (entry_year <= 2100)))
CONSTRAINT admission_from_school_fkey ON admission	ALTER TABLE admission ADD CONSTRAINT admission_from_school_fkey FOREIGN KEY (from_school) REFERENCES organisation(id)
CONSTRAINT admission_from_stage_check ON admission	ALTER TABLE admission ADD CONSTRAINT admission_from_stage_check CHECK ((from_stage = ANY (ARRAY['PRIMARY'::text, 'JUNIOR'::text, 'SENIOR'::text])))
CONSTRAINT admission_line_no_check ON admission	ALTER TABLE admission ADD CONSTRAINT admission_line_no_check CHECK (((line_no >= 1) AND (line_no <= 500)))
CONSTRAINT admission_plan_year_check ON admission	ALTER TABLE admission ADD CONSTRAINT admission_plan_year_check CHECK (((plan_year >= 1980) AND (plan_year <= 2100)))
CONSTRAINT admission_school_id_fkey ON admission	ALTER TABLE admission ADD CONSTRAINT admission_school_id_fkey FOREIGN KEY (school_id) REFERENCES organisation(id)
CONSTRAINT admission_sheet_row_check ON admission	ALTER TABLE admission ADD CONSTRAINT admission_sheet_row_check CHECK ((sheet_row >= 0))
CONSTRAINT admission_stage_check ON admission	ALTER TABLE admission ADD CONSTRAINT admission_stage_check CHECK ((stage = ANY (ARRAY['PRIMARY'::text, 'JUNIOR'::text, 'SENIOR'::text])))
CONSTRAINT admission_state_check ON admission	ALTER TABLE admission ADD CONSTRAINT admission_state_check CHECK ((state = ANY (ARRAY['CLAIMED'::text, 'ADMITTED'::text, 'RETRIEVED'::text, 'FINAL'::text, 'ENDED'::text])))
CONSTRAINT admission_student_id_fkey ON admission	ALTER TABLE admission ADD CONSTRAINT admission_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT audit_seal_entry_id_fkey ON audit_seal	ALTER TABLE audit_seal ADD CONSTRAINT audit_seal_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES audit_entry(id)
CONSTRAINT certificate_check ON certificate	ALTER TABLE certificate ADD CONSTRAINT certificate_check CHECK (((state = 'SPOILT'::text) = (student_id IS NULL)))
CONSTRAINT certificate_check1 ON certificate	ALTER TABLE certificate ADD CONSTRAINT certificate_check1 CHECK (((issued_on IS NULL) = (signed_by = ''::text)))
CONSTRAINT certificate_check2 ON certificate	ALTER TABLE certificate ADD CONSTRAINT certificate_check2 CHECK (((state = ANY (ARRAY['REPLACED'::text, 'VOID'::text, 'SPOILT'::text])) = (ended_at IS NOT NULL)))
CONSTRAINT certificate_school_id_fkey ON certificate	ALTER TABLE certificate ADD CONSTRAINT certificate_school_id_fkey FOREIGN KEY (school_id) REFERENCES organisation(id)
CONSTRAINT certificate_stage_check ON certificate	ALTER TABLE certificate ADD CONSTRAINT certificate_stage_check CHECK ((stage = ANY (ARRAY['PRIMARY'::text, 'JUNIOR'::text, 'SENIOR'::text])))
CONSTRAINT certificate_state_check ON certificate	ALTER TABLE certificate ADD CONSTRAINT certificate_state_check CHECK ((state = ANY (ARRAY['WRITTEN'::text, 'ISSUED'::text, 'REPLACED'::text, 'VOID'::text, 'SPOILT'::text])))
CONSTRAINT certificate_stock_check ON certificate_stock	ALTER TABLE certificate_stock ADD CONSTRAINT certificate_stock_check CHECK (((last_no >= first_no) AND ((last_no - first_no) < 20000)))
CONSTRAINT certificate_stock_first_no_check ON certificate_stock	ALTER TABLE certificate_stock ADD CONSTRAINT certificate_stock_first_no_check CHECK ((first_no >= 0))
CONSTRAINT certificate_stock_id_fkey ON certificate	ALTER TABLE certificate ADD CONSTRAINT certificate_stock_id_fkey FOREIGN KEY (stock_id) REFERENCES certificate_stock(id)
CONSTRAINT certificate_stock_prefix_check ON certificate_stock	ALTER TABLE certificate_stock ADD CONSTRAINT certificate_stock_prefix_check CHECK ((prefix !~ '[0-9]$'::text))
CONSTRAINT certificate_stock_school_id_fkey ON certificate_stock	ALTER TABLE certificate_stock ADD CONSTRAINT certificate_stock_school_id_fkey FOREIGN KEY (school_id) REFERENCES organisation(id)
CONSTRAINT certificate_stock_stage_check ON certificate_stock	ALTER TABLE certificate_stock ADD CONSTRAINT certificate_stock_stage_check CHECK ((stage = ANY (ARRAY['PRIMARY'::text, 'JUNIOR'::text, 'SENIOR'::text])))
CONSTRAINT certificate_stock_width_check ON certificate_stock	ALTER TABLE certificate_stock ADD CONSTRAINT certificate_stock_width_check CHECK (((width >= 1) AND (width <= 18)))
CONSTRAINT certificate_student_id_fkey ON certificate	ALTER TABLE certificate ADD CONSTRAINT certificate_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT change_about_fkey ON change	ALTER TABLE change ADD CONSTRAINT change_about_fkey FOREIGN KEY (about) REFERENCES change(id)
CONSTRAINT change_beside_fkey ON change	ALTER TABLE change ADD CONSTRAINT change_beside_fkey FOREIGN KEY (beside) REFERENCES organisation(id)
CONSTRAINT change_check ON change	ALTER TABLE change ADD CONSTRAINT change_check CHECK (((struck_at IS NULL) = (struck_by IS NULL)))
CONSTRAINT change_check1 ON change	ALTER TABLE change ADD CONSTRAINT change_check1 CHECK (((status = 'RUNNING'::text) = (closed_at IS NULL)))
CONSTRAINT change_copy_account_id_fkey ON change_copy	ALTER TABLE change_copy ADD CONSTRAINT change_copy_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id)
CONSTRAINT change_copy_change_id_fkey ON change_copy	ALTER TABLE change_copy ADD CONSTRAINT change_copy_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT change_copy_org_id_fkey ON change_copy	ALTER TABLE change_copy ADD CONSTRAINT change_copy_org_id_fkey FOREIGN KEY (org_id) REFERENCES organisation(id)
CONSTRAINT change_dismissal_change_id_fkey ON change_dismissal	ALTER TABLE change_dismissal ADD CONSTRAINT change_dismissal_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT change_event_change_id_fkey ON change_event	ALTER TABLE change_event ADD CONSTRAINT change_event_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT change_event_office_id_fkey ON change_event	ALTER TABLE change_event ADD CONSTRAINT change_event_office_id_fkey FOREIGN KEY (office_id) REFERENCES organisation(id)
CONSTRAINT change_evidence_change_id_fkey ON change_evidence	ALTER TABLE change_evidence ADD CONSTRAINT change_evidence_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT change_evidence_check ON change_evidence	ALTER TABLE change_evidence ADD CONSTRAINT change_evidence_check CHECK (((out_round > round) OR (out_round IS NULL)))
CONSTRAINT change_evidence_evidence_id_fkey ON change_evidence	ALTER TABLE change_evidence ADD CONSTRAINT change_evidence_evidence_id_fkey FOREIGN KEY (evidence_id) REFERENCES evidence(id)
CONSTRAINT change_line_change_id_fkey ON change_line	ALTER TABLE change_line ADD CONSTRAINT change_line_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT change_line_check ON change_line	ALTER TABLE change_line ADD CONSTRAINT change_line_check CHECK (((verdict = 'LISTED'::text) = (settled_at IS NULL)))
CONSTRAINT change_line_check1 ON change_line	ALTER TABLE change_line ADD CONSTRAINT change_line_check1 CHECK (((verdict = 'STRUCK'::text) = ((code <> ''::text) OR (reason <> ''::text))))
CONSTRAINT change_line_class_id_fkey ON change_line	ALTER TABLE change_line ADD CONSTRAINT change_line_class_id_fkey FOREIGN KEY (class_id) REFERENCES school_class(id)
CONSTRAINT change_line_line_no_check ON change_line	ALTER TABLE change_line ADD CONSTRAINT change_line_line_no_check CHECK (((line_no >= 1) AND (line_no <= 500)))
CONSTRAINT change_line_struck ON change_line	ALTER TABLE change_line ADD CONSTRAINT change_line_struck CHECK ((((struck_at IS NULL) = (struck_by IS NULL)) AND ((struck_at IS NULL) OR (verdict = 'MOVED'::text))))
CONSTRAINT change_line_struck_by_fkey ON change_line	ALTER TABLE change_line ADD CONSTRAINT change_line_struck_by_fkey FOREIGN KEY (struck_by) REFERENCES change(id)
CONSTRAINT change_line_student_id_fkey ON change_line	ALTER TABLE change_line ADD CONSTRAINT change_line_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT change_line_verdict_check ON change_line	ALTER TABLE change_line ADD CONSTRAINT change_line_verdict_check CHECK ((verdict = ANY (ARRAY['LISTED'::text, 'STRUCK'::text, 'MOVED'::text])))
CONSTRAINT change_nobody ON change	ALTER TABLE change ADD CONSTRAINT change_nobody CHECK (((student_id IS NOT NULL) OR (roster_id IS NOT NULL) OR ((kind = 'NEW_RECORD_IMMIGRANT'::text) AND (status <> 'EFFECTIVE'::text)) OR ((definition ->> 'subject'::text) = ANY (ARRAY['LIST'::text, 'OFFICE'::text]))))
CONSTRAINT change_org_id_fkey ON change	ALTER TABLE change ADD CONSTRAINT change_org_id_fkey FOREIGN KEY (org_id) REFERENCES organisation(id)
CONSTRAINT change_party_change_id_fkey ON change_party	ALTER TABLE change_party ADD CONSTRAINT change_party_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT change_party_org_id_fkey ON change_party	ALTER TABLE change_party ADD CONSTRAINT change_party_org_id_fkey FOREIGN KEY (org_id) REFERENCES organisation(id)
CONSTRAINT change_party_side_check ON change_party	ALTER TABLE change_party ADD CONSTRAINT change_party_side_check CHECK ((side = ANY (ARRAY['FILER'::text, 'IN'::text, 'OUT'::text, 'SCHOOL'::text])))
CONSTRAINT change_problem_id_fkey ON change	ALTER TABLE change ADD CONSTRAINT change_problem_id_fkey FOREIGN KEY (problem_id) REFERENCES student_problem(id)
CONSTRAINT change_redo_of_fkey ON change	ALTER TABLE change ADD CONSTRAINT change_redo_of_fkey FOREIGN KEY (redo_of) REFERENCES change(id)
CONSTRAINT change_revision_change_id_fkey ON change_revision	ALTER TABLE change_revision ADD CONSTRAINT change_revision_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT change_revision_office_id_fkey ON change_revision	ALTER TABLE change_revision ADD CONSTRAINT change_revision_office_id_fkey FOREIGN KEY (office_id) REFERENCES organisation(id)
CONSTRAINT change_revision_slip_id_fkey ON change_revision	ALTER TABLE change_revision ADD CONSTRAINT change_revision_slip_id_fkey FOREIGN KEY (slip_id) REFERENCES slip(id)
CONSTRAINT change_roster ON change	ALTER TABLE change ADD CONSTRAINT change_roster FOREIGN KEY (roster_id) REFERENCES roster(id)
CONSTRAINT change_status_check ON change	ALTER TABLE change ADD CONSTRAINT change_status_check CHECK ((status = ANY (ARRAY['RUNNING'::text, 'EFFECTIVE'::text, 'REFUSED'::text, 'WITHDRAWN'::text, 'CLOSED'::text])))
CONSTRAINT change_struck_by_fkey ON change	ALTER TABLE change ADD CONSTRAINT change_struck_by_fkey FOREIGN KEY (struck_by) REFERENCES change(id)
CONSTRAINT change_student_id_fkey ON change	ALTER TABLE change ADD CONSTRAINT change_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT change_subject ON change	ALTER TABLE change ADD CONSTRAINT change_subject CHECK (((student_id IS NULL) OR (roster_id IS NULL)))
CONSTRAINT change_value_change_id_fkey ON change_value	ALTER TABLE change_value ADD CONSTRAINT change_value_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT check_in_check ON check_in	ALTER TABLE check_in ADD CONSTRAINT check_in_check CHECK ((came = (reason = ''::text)))
CONSTRAINT check_in_check1 ON check_in	ALTER TABLE check_in ADD CONSTRAINT check_in_check1 CHECK ((came = (missing_since IS NULL)))
CONSTRAINT check_in_class_id_fkey ON check_in	ALTER TABLE check_in ADD CONSTRAINT check_in_class_id_fkey FOREIGN KEY (class_id) REFERENCES school_class(id)
CONSTRAINT check_in_notice_pupils_check ON check_in_notice	ALTER TABLE check_in_notice ADD CONSTRAINT check_in_notice_pupils_check CHECK ((pupils > 0))
CONSTRAINT check_in_notice_school_id_fkey ON check_in_notice	ALTER TABLE check_in_notice ADD CONSTRAINT check_in_notice_school_id_fkey FOREIGN KEY (school_id) REFERENCES organisation(id)
CONSTRAINT check_in_notice_term_check ON check_in_notice	ALTER TABLE check_in_notice ADD CONSTRAINT check_in_notice_term_check CHECK ((term = ANY (ARRAY[1, 2])))
CONSTRAINT check_in_school_id_fkey ON check_in	ALTER TABLE check_in ADD CONSTRAINT check_in_school_id_fkey FOREIGN KEY (school_id) REFERENCES organisation(id)
CONSTRAINT check_in_student_id_fkey ON check_in	ALTER TABLE check_in ADD CONSTRAINT check_in_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT check_in_term_check ON check_in	ALTER TABLE check_in ADD CONSTRAINT check_in_term_check CHECK ((term = ANY (ARRAY[1, 2])))
CONSTRAINT clearing_notice_pupils_check ON clearing_notice	ALTER TABLE clearing_notice ADD CONSTRAINT clearing_notice_pupils_check CHECK ((pupils > 0))
CONSTRAINT clearing_notice_school_id_fkey ON clearing_notice	ALTER TABLE clearing_notice ADD CONSTRAINT clearing_notice_school_id_fkey FOREIGN KEY (school_id) REFERENCES organisation(id)
CONSTRAINT decision_change_id_fkey ON decision	ALTER TABLE decision ADD CONSTRAINT decision_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT decision_office_id_fkey ON decision	ALTER TABLE decision ADD CONSTRAINT decision_office_id_fkey FOREIGN KEY (office_id) REFERENCES organisation(id)
CONSTRAINT decision_slip_id_fkey ON decision	ALTER TABLE decision ADD CONSTRAINT decision_slip_id_fkey FOREIGN KEY (slip_id) REFERENCES slip(id)
CONSTRAINT decision_task_id_fkey ON decision	ALTER TABLE decision ADD CONSTRAINT decision_task_id_fkey FOREIGN KEY (task_id) REFERENCES task(id)
CONSTRAINT decision_verdict_check ON decision	ALTER TABLE decision ADD CONSTRAINT decision_verdict_check CHECK ((verdict = ANY (ARRAY['APPROVE'::text, 'REJECT'::text, 'SEND_BACK'::text])))
CONSTRAINT departure_change_id_fkey ON departure	ALTER TABLE departure ADD CONSTRAINT departure_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT departure_school_id_fkey ON departure	ALTER TABLE departure ADD CONSTRAINT departure_school_id_fkey FOREIGN KEY (school_id) REFERENCES organisation(id)
CONSTRAINT departure_struck ON departure	ALTER TABLE departure ADD CONSTRAINT departure_struck CHECK (((struck_at IS NULL) = (struck_by IS NULL)))
CONSTRAINT departure_struck_by_fkey ON departure	ALTER TABLE departure ADD CONSTRAINT departure_struck_by_fkey FOREIGN KEY (struck_by) REFERENCES change(id)
CONSTRAINT departure_student_id_fkey ON departure	ALTER TABLE departure ADD CONSTRAINT departure_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT departure_to_school_id_fkey ON departure	ALTER TABLE departure ADD CONSTRAINT departure_to_school_id_fkey FOREIGN KEY (to_school_id) REFERENCES organisation(id)
CONSTRAINT enrolment_deferral_check ON enrolment_deferral	ALTER TABLE enrolment_deferral ADD CONSTRAINT enrolment_deferral_check CHECK ((until_year > plan_year))
CONSTRAINT enrolment_deferral_check1 ON enrolment_deferral	ALTER TABLE enrolment_deferral ADD CONSTRAINT enrolment_deferral_check1 CHECK (((cancelled_by IS NULL) = (cancelled_at IS NULL)))
CONSTRAINT enrolment_deferral_plan_year_check ON enrolment_deferral	ALTER TABLE enrolment_deferral ADD CONSTRAINT enrolment_deferral_plan_year_check CHECK (((plan_year >= 1980) AND (plan_year <= 2100)))
CONSTRAINT enrolment_deferral_reason_code_check ON enrolment_deferral	ALTER TABLE enrolment_deferral ADD CONSTRAINT enrolment_deferral_reason_code_check CHECK ((reason_code = ANY (ARRAY['ILLNESS'::text, 'DISABILITY'::text, 'FAMILY'::text, 'OTHER'::text])))
CONSTRAINT enrolment_deferral_student_id_fkey ON enrolment_deferral	ALTER TABLE enrolment_deferral ADD CONSTRAINT enrolment_deferral_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT enrolment_deferral_until_year_check ON enrolment_deferral	ALTER TABLE enrolment_deferral ADD CONSTRAINT enrolment_deferral_until_year_check CHECK (((until_year >= 1980) AND (until_year <= 2100)))
CONSTRAINT enrolment_plan_check ON enrolment_plan	ALTER TABLE enrolment_plan ADD CONSTRAINT enrolment_plan_check CHECK ((used <= size))
CONSTRAINT enrolment_plan_school_id_fkey ON enrolment_plan	ALTER TABLE enrolment_plan ADD CONSTRAINT enrolment_plan_school_id_fkey FOREIGN KEY (school_id) REFERENCES organisation(id)
CONSTRAINT enrolment_plan_size_check ON enrolment_plan	ALTER TABLE enrolment_plan ADD CONSTRAINT enrolment_plan_size_check CHECK (((size >= 0) AND (size <= 99999)))
CONSTRAINT enrolment_plan_stage_check ON enrolment_plan	ALTER TABLE enrolment_plan ADD CONSTRAINT enrolment_plan_stage_check CHECK ((stage = ANY (ARRAY['PRIMARY'::text, 'JUNIOR'::text, 'SENIOR'::text])))
CONSTRAINT enrolment_plan_used_check ON enrolment_plan	ALTER TABLE enrolment_plan ADD CONSTRAINT enrolment_plan_used_check CHECK ((used >= 0))
CONSTRAINT enrolment_plan_year_check ON enrolment_plan	ALTER TABLE enrolment_plan ADD CONSTRAINT enrolment_plan_year_check CHECK (((year >= 1980) AND (year <= 2100)))
CONSTRAINT evidence_org_id_fkey ON evidence	ALTER TABLE evidence ADD CONSTRAINT evidence_org_id_fkey FOREIGN KEY (org_id) REFERENCES organisation(id)
CONSTRAINT filing_draft_account_id_fkey ON filing_draft	ALTER TABLE filing_draft ADD CONSTRAINT filing_draft_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id)
CONSTRAINT filing_draft_org_id_fkey ON filing_draft	ALTER TABLE filing_draft ADD CONSTRAINT filing_draft_org_id_fkey FOREIGN KEY (org_id) REFERENCES organisation(id)
CONSTRAINT filing_draft_version_check ON filing_draft	ALTER TABLE filing_draft ADD CONSTRAINT filing_draft_version_check CHECK ((version > 0))
CONSTRAINT graduation_line_change_id_fkey ON graduation_line	ALTER TABLE graduation_line ADD CONSTRAINT graduation_line_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT graduation_line_check ON graduation_line	ALTER TABLE graduation_line ADD CONSTRAINT graduation_line_check CHECK (((verdict = 'LISTED'::text) = (settled_at IS NULL)))
CONSTRAINT graduation_line_check1 ON graduation_line	ALTER TABLE graduation_line ADD CONSTRAINT graduation_line_check1 CHECK (((verdict = 'STRUCK'::text) = ((code <> ''::text) OR (reason <> ''::text))))
CONSTRAINT graduation_line_check2 ON graduation_line	ALTER TABLE graduation_line ADD CONSTRAINT graduation_line_check2 CHECK ((((undone_at IS NULL) = (undone_by IS NULL)) AND ((undone_at IS NULL) OR (verdict = 'GRADUATED'::text))))
CONSTRAINT graduation_line_check3 ON graduation_line	ALTER TABLE graduation_line ADD CONSTRAINT graduation_line_check3 CHECK ((((struck_at IS NULL) = (struck_by IS NULL)) AND ((struck_at IS NULL) OR (verdict = 'GRADUATED'::text))))
CONSTRAINT graduation_line_conclusion_check ON graduation_line	ALTER TABLE graduation_line ADD CONSTRAINT graduation_line_conclusion_check CHECK ((conclusion = ANY (ARRAY['GRADUATED'::text, 'COMPLETED'::text, 'INCOMPLETE'::text])))
CONSTRAINT graduation_line_line_no_check ON graduation_line	ALTER TABLE graduation_line ADD CONSTRAINT graduation_line_line_no_check CHECK (((line_no >= 1) AND (line_no <= 2000)))
CONSTRAINT graduation_line_school_id_fkey ON graduation_line	ALTER TABLE graduation_line ADD CONSTRAINT graduation_line_school_id_fkey FOREIGN KEY (school_id) REFERENCES organisation(id)
CONSTRAINT graduation_line_stage_check ON graduation_line	ALTER TABLE graduation_line ADD CONSTRAINT graduation_line_stage_check CHECK ((stage = ANY (ARRAY['PRIMARY'::text, 'JUNIOR'::text, 'SENIOR'::text])))
CONSTRAINT graduation_line_struck_by_fkey ON graduation_line	ALTER TABLE graduation_line ADD CONSTRAINT graduation_line_struck_by_fkey FOREIGN KEY (struck_by) REFERENCES change(id)
CONSTRAINT graduation_line_student_id_fkey ON graduation_line	ALTER TABLE graduation_line ADD CONSTRAINT graduation_line_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT graduation_line_undone_by_fkey ON graduation_line	ALTER TABLE graduation_line ADD CONSTRAINT graduation_line_undone_by_fkey FOREIGN KEY (undone_by) REFERENCES change(id)
CONSTRAINT graduation_line_verdict_check ON graduation_line	ALTER TABLE graduation_line ADD CONSTRAINT graduation_line_verdict_check CHECK ((verdict = ANY (ARRAY['LISTED'::text, 'STRUCK'::text, 'GRADUATED'::text])))
CONSTRAINT graduation_line_year_check ON graduation_line	ALTER TABLE graduation_line ADD CONSTRAINT graduation_line_year_check CHECK (((year >= 1950) AND (year <= 2200)))
CONSTRAINT guardian_seat_check ON guardian	ALTER TABLE guardian ADD CONSTRAINT guardian_seat_check CHECK ((seat = ANY (ARRAY[1, 2])))
CONSTRAINT guardian_student_id_fkey ON guardian	ALTER TABLE guardian ADD CONSTRAINT guardian_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT handover_change_id_fkey ON handover	ALTER TABLE handover ADD CONSTRAINT handover_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT handover_check ON handover	ALTER TABLE handover ADD CONSTRAINT handover_check CHECK (((sent_at IS NULL) = (sent_by IS NULL)))
CONSTRAINT handover_check1 ON handover	ALTER TABLE handover ADD CONSTRAINT handover_check1 CHECK (((received_at IS NULL) = (received_by IS NULL)))
CONSTRAINT handover_from_school_fkey ON handover	ALTER TABLE handover ADD CONSTRAINT handover_from_school_fkey FOREIGN KEY (from_school) REFERENCES organisation(id)
CONSTRAINT handover_struck ON handover	ALTER TABLE handover ADD CONSTRAINT handover_struck CHECK (((struck_at IS NULL) = (struck_by IS NULL)))
CONSTRAINT handover_struck_by_fkey ON handover	ALTER TABLE handover ADD CONSTRAINT handover_struck_by_fkey FOREIGN KEY (struck_by) REFERENCES change(id)
CONSTRAINT handover_student_id_fkey ON handover	ALTER TABLE handover ADD CONSTRAINT handover_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT handover_to_school_fkey ON handover	ALTER TABLE handover ADD CONSTRAINT handover_to_school_fkey FOREIGN KEY (to_school) REFERENCES organisation(id)
CONSTRAINT identity_check_answer_check ON identity_check	ALTER TABLE identity_check ADD CONSTRAINT identity_check_answer_check CHECK ((answer = ANY (ARRAY['MATCH'::text, 'NOT_FOUND'::text, 'CANCELLED'::text, 'DUPLICATE_REMOVED'::text, 'MIGRATING'::text])))
CONSTRAINT identity_check_change_id_fkey ON identity_check	ALTER TABLE identity_check ADD CONSTRAINT identity_check_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT identity_check_student_id_fkey ON identity_check	ALTER TABLE identity_check ADD CONSTRAINT identity_check_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT identity_question_job_id_fkey ON identity_question	ALTER TABLE identity_question ADD CONSTRAINT identity_question_job_id_fkey FOREIGN KEY (job_id) REFERENCES job(id)
CONSTRAINT identity_question_student_id_fkey ON identity_question	ALTER TABLE identity_question ADD CONSTRAINT identity_question_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT job_change_id_fkey ON job	ALTER TABLE job ADD CONSTRAINT job_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT job_check ON job	ALTER TABLE job ADD CONSTRAINT job_check CHECK (((state = 'RUNNING'::text) = (ended_at IS NULL)))
CONSTRAINT job_check1 ON job	ALTER TABLE job ADD CONSTRAINT job_check1 CHECK (((state = 'FAILED'::text) = (problem <> ''::text)))
CONSTRAINT job_org_id_fkey ON job	ALTER TABLE job ADD CONSTRAINT job_org_id_fkey FOREIGN KEY (org_id) REFERENCES organisation(id)
CONSTRAINT job_part_check ON job_part	ALTER TABLE job_part ADD CONSTRAINT job_part_check CHECK ((first_no <= last_no))
CONSTRAINT job_part_check1 ON job_part	ALTER TABLE job_part ADD CONSTRAINT job_part_check1 CHECK (((done_at IS NULL) = (took IS NULL)))
CONSTRAINT job_part_job_id_fkey ON job_part	ALTER TABLE job_part ADD CONSTRAINT job_part_job_id_fkey FOREIGN KEY (job_id) REFERENCES job(id)
CONSTRAINT job_part_no_check ON job_part	ALTER TABLE job_part ADD CONSTRAINT job_part_no_check CHECK ((no > 0))
CONSTRAINT job_part_rows_check ON job_part	ALTER TABLE job_part ADD CONSTRAINT job_part_rows_check CHECK ((rows > 0))
CONSTRAINT job_state_check ON job	ALTER TABLE job ADD CONSTRAINT job_state_check CHECK ((state = ANY (ARRAY['RUNNING'::text, 'DONE'::text, 'FAILED'::text, 'CANCELLED'::text])))
CONSTRAINT job_word_check ON job_word	ALTER TABLE job_word ADD CONSTRAINT job_word_check CHECK (((settled_at IS NULL) = (outcome = 'PENDING'::text)))
CONSTRAINT job_word_job_id_fkey ON job_word	ALTER TABLE job_word ADD CONSTRAINT job_word_job_id_fkey FOREIGN KEY (job_id) REFERENCES job(id)
CONSTRAINT job_word_outcome_check ON job_word	ALTER TABLE job_word ADD CONSTRAINT job_word_outcome_check CHECK ((outcome = ANY (ARRAY['PENDING'::text, 'COUNTED'::text, 'REFUSED'::text])))
CONSTRAINT job_word_verb_check ON job_word	ALTER TABLE job_word ADD CONSTRAINT job_word_verb_check CHECK ((verb = ANY (ARRAY['CANCEL'::text, 'RESUME'::text])))
CONSTRAINT keyring_phase_check ON keyring	ALTER TABLE keyring ADD CONSTRAINT keyring_phase_check CHECK ((phase = ANY (ARRAY['SERVING'::text, 'REKEYING'::text, 'FILES'::text])))
CONSTRAINT keyring_single_check ON keyring	ALTER TABLE keyring ADD CONSTRAINT keyring_single_check CHECK (single)
CONSTRAINT likeness_student_id_fkey ON likeness	ALTER TABLE likeness ADD CONSTRAINT likeness_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT notice_change_id_fkey ON notice	ALTER TABLE notice ADD CONSTRAINT notice_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT notice_check ON notice	ALTER TABLE notice ADD CONSTRAINT notice_check CHECK (((change_id IS NULL) OR (problem_id IS NULL)))
CONSTRAINT notice_org_id_fkey ON notice	ALTER TABLE notice ADD CONSTRAINT notice_org_id_fkey FOREIGN KEY (org_id) REFERENCES organisation(id)
CONSTRAINT notice_problem_id_fkey ON notice	ALTER TABLE notice ADD CONSTRAINT notice_problem_id_fkey FOREIGN KEY (problem_id) REFERENCES student_problem(id)
CONSTRAINT notice_read_notice_id_fkey ON notice_read	ALTER TABLE notice_read ADD CONSTRAINT notice_read_notice_id_fkey FOREIGN KEY (notice_id) REFERENCES notice(id)
CONSTRAINT opinion_draft_task_id_fkey ON opinion_draft	ALTER TABLE opinion_draft ADD CONSTRAINT opinion_draft_task_id_fkey FOREIGN KEY (task_id) REFERENCES task(id)
CONSTRAINT organisation_check ON organisation	ALTER TABLE organisation ADD CONSTRAINT organisation_check CHECK (((parent_id IS NULL) = (kind = 'NATION'::text)))
CONSTRAINT organisation_check1 ON organisation	ALTER TABLE organisation ADD CONSTRAINT organisation_check1 CHECK (((kind = 'SCHOOL'::text) = (cardinality(stages) > 0)))
CONSTRAINT organisation_kind_check ON organisation	ALTER TABLE organisation ADD CONSTRAINT organisation_kind_check CHECK ((kind = ANY (ARRAY['NATION'::text, 'PROVINCE'::text, 'CITY'::text, 'COUNTY'::text, 'SCHOOL'::text])))
CONSTRAINT organisation_name_check ON organisation	ALTER TABLE organisation ADD CONSTRAINT organisation_name_check CHECK ((name <> ''::text))
CONSTRAINT organisation_parent_id_fkey ON organisation	ALTER TABLE organisation ADD CONSTRAINT organisation_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES organisation(id)
CONSTRAINT outbox_topic_check ON outbox	ALTER TABLE outbox ADD CONSTRAINT outbox_topic_check CHECK ((topic = 'START'::text))
CONSTRAINT placing_line_change_id_fkey ON placing_line	ALTER TABLE placing_line ADD CONSTRAINT placing_line_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT placing_line_check ON placing_line	ALTER TABLE placing_line ADD CONSTRAINT placing_line_check CHECK (((verdict = 'LISTED'::text) = (settled_at IS NULL)))
CONSTRAINT placing_line_check1 ON placing_line	ALTER TABLE placing_line ADD CONSTRAINT placing_line_check1 CHECK (((verdict = 'STRUCK'::text) = (code <> ''::text)))
CONSTRAINT placing_line_class_id_fkey ON placing_line	ALTER TABLE placing_line ADD CONSTRAINT placing_line_class_id_fkey FOREIGN KEY (class_id) REFERENCES school_class(id)
CONSTRAINT placing_line_from_class_fkey ON placing_line	ALTER TABLE placing_line ADD CONSTRAINT placing_line_from_class_fkey FOREIGN KEY (from_class) REFERENCES school_class(id)
CONSTRAINT placing_line_line_no_check ON placing_line	ALTER TABLE placing_line ADD CONSTRAINT placing_line_line_no_check CHECK (((line_no >= 1) AND (line_no <= 500)))
CONSTRAINT placing_line_student_id_fkey ON placing_line	ALTER TABLE placing_line ADD CONSTRAINT placing_line_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT placing_line_verdict_check ON placing_line	ALTER TABLE placing_line ADD CONSTRAINT placing_line_verdict_check CHECK ((verdict = ANY (ARRAY['LISTED'::text, 'STRUCK'::text, 'MOVED'::text])))
CONSTRAINT policy_check ON policy	ALTER TABLE policy ADD CONSTRAINT policy_check CHECK (((add_key IS NULL) = (add_hash IS NULL)))
CONSTRAINT policy_check1 ON policy	ALTER TABLE policy ADD CONSTRAINT policy_check1 CHECK (((add_key IS NULL) OR ((author_id IS NOT NULL) AND (comment <> ''::text))))
CONSTRAINT policy_comment_check ON policy	ALTER TABLE policy ADD CONSTRAINT policy_comment_check CHECK ((char_length(comment) <= 500))
CONSTRAINT proxy_account_id_fkey ON proxy	ALTER TABLE proxy ADD CONSTRAINT proxy_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id)
CONSTRAINT proxy_check ON proxy	ALTER TABLE proxy ADD CONSTRAINT proxy_check CHECK ((account_id <> proxy_id))
CONSTRAINT proxy_check1 ON proxy	ALTER TABLE proxy ADD CONSTRAINT proxy_check1 CHECK ((from_at < until_at))
CONSTRAINT proxy_check2 ON proxy	ALTER TABLE proxy ADD CONSTRAINT proxy_check2 CHECK (((revoked_by IS NULL) = (revoked_at IS NULL)))
CONSTRAINT proxy_org_id_fkey ON proxy	ALTER TABLE proxy ADD CONSTRAINT proxy_org_id_fkey FOREIGN KEY (org_id) REFERENCES organisation(id)
CONSTRAINT proxy_proxy_id_fkey ON proxy	ALTER TABLE proxy ADD CONSTRAINT proxy_proxy_id_fkey FOREIGN KEY (proxy_id) REFERENCES account(id)
CONSTRAINT punishment_check ON punishment	ALTER TABLE punishment ADD CONSTRAINT punishment_check CHECK ((num_nonnulls(cancelled_on, cancelled_by, cancelled_at, cancel_hash) = ANY (ARRAY[0, 4])))
CONSTRAINT punishment_check1 ON punishment	ALTER TABLE punishment ADD CONSTRAINT punishment_check1 CHECK ((cancelled_on >= decided_on))
CONSTRAINT punishment_check2 ON punishment	ALTER TABLE punishment ADD CONSTRAINT punishment_check2 CHECK (((cancelled_on IS NULL) = (cancel_document_no = ''::text)))
CONSTRAINT punishment_document_no_check ON punishment	ALTER TABLE punishment ADD CONSTRAINT punishment_document_no_check CHECK ((document_no <> ''::text))
CONSTRAINT punishment_level_check ON punishment	ALTER TABLE punishment ADD CONSTRAINT punishment_level_check CHECK ((level = ANY (ARRAY['1'::text, '2'::text, '3'::text, '4'::text, '6'::text, '9'::text])))
CONSTRAINT punishment_student_id_fkey ON punishment	ALTER TABLE punishment ADD CONSTRAINT punishment_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT received_child_check ON received_child	ALTER TABLE received_child ADD CONSTRAINT received_child_check CHECK (((grade IS NULL) <> (class_id IS NULL)))
CONSTRAINT received_child_check1 ON received_child	ALTER TABLE received_child ADD CONSTRAINT received_child_check1 CHECK (((closed_at IS NULL) = (closed_by IS NULL)))
CONSTRAINT received_child_check2 ON received_child	ALTER TABLE received_child ADD CONSTRAINT received_child_check2 CHECK (((closed_at IS NULL) = (outcome IS NULL)))
CONSTRAINT received_child_check3 ON received_child	ALTER TABLE received_child ADD CONSTRAINT received_child_check3 CHECK (((student_id IS NULL) OR (outcome = ANY (ARRAY['RECORD_CAME'::text, 'NEW_RECORD'::text]))))
CONSTRAINT received_child_class_id_fkey ON received_child	ALTER TABLE received_child ADD CONSTRAINT received_child_class_id_fkey FOREIGN KEY (class_id) REFERENCES school_class(id)
CONSTRAINT received_child_grade_check ON received_child	ALTER TABLE received_child ADD CONSTRAINT received_child_grade_check CHECK (((grade >= 1) AND (grade <= 9)))
CONSTRAINT received_child_outcome_check ON received_child	ALTER TABLE received_child ADD CONSTRAINT received_child_outcome_check CHECK ((outcome = ANY (ARRAY['RECORD_CAME'::text, 'NEW_RECORD'::text, 'LEFT'::text, 'MISTAKE'::text])))
CONSTRAINT received_child_school_id_fkey ON received_child	ALTER TABLE received_child ADD CONSTRAINT received_child_school_id_fkey FOREIGN KEY (school_id) REFERENCES organisation(id)
CONSTRAINT received_child_stage_check ON received_child	ALTER TABLE received_child ADD CONSTRAINT received_child_stage_check CHECK ((stage = ANY (ARRAY['PRIMARY'::text, 'JUNIOR'::text, 'SENIOR'::text])))
CONSTRAINT received_child_student_id_fkey ON received_child	ALTER TABLE received_child ADD CONSTRAINT received_child_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT roster_change_id_fkey ON roster	ALTER TABLE roster ADD CONSTRAINT roster_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id) DEFERRABLE INITIALLY DEFERRED
CONSTRAINT roster_check ON roster	ALTER TABLE roster ADD CONSTRAINT roster_check CHECK (((change_id IS NOT NULL) OR (state <> ALL (ARRAY['FILED'::text, 'ENROLLED'::text, 'REFUSED'::text]))))
CONSTRAINT roster_row_class_id_fkey ON roster_row	ALTER TABLE roster_row ADD CONSTRAINT roster_row_class_id_fkey FOREIGN KEY (class_id) REFERENCES school_class(id)
CONSTRAINT roster_row_roster_id_fkey ON roster_row	ALTER TABLE roster_row ADD CONSTRAINT roster_row_roster_id_fkey FOREIGN KEY (roster_id) REFERENCES roster(id)
CONSTRAINT roster_row_student_id_fkey ON roster_row	ALTER TABLE roster_row ADD CONSTRAINT roster_row_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT roster_row_verdict_check ON roster_row	ALTER TABLE roster_row ADD CONSTRAINT roster_row_verdict_check CHECK ((verdict = ANY (ARRAY['ACCEPT'::text, 'REMARK'::text, 'REJECT'::text, 'SKIP'::text, 'LEFT_OUT'::text, 'PRESENT'::text, 'DIFFERS'::text])))
CONSTRAINT roster_school_id_fkey ON roster	ALTER TABLE roster ADD CONSTRAINT roster_school_id_fkey FOREIGN KEY (school_id) REFERENCES organisation(id)
CONSTRAINT roster_state_check ON roster	ALTER TABLE roster ADD CONSTRAINT roster_state_check CHECK ((state = ANY (ARRAY['UPLOADED'::text, 'CHECKED'::text, 'UNFIT'::text, 'FILED'::text, 'ENROLLED'::text, 'REFUSED'::text, 'DISCARDED'::text])))
CONSTRAINT school_class_capacity_check ON school_class	ALTER TABLE school_class ADD CONSTRAINT school_class_capacity_check CHECK ((capacity > 0))
CONSTRAINT school_class_grade_id_fkey ON school_class	ALTER TABLE school_class ADD CONSTRAINT school_class_grade_id_fkey FOREIGN KEY (grade_id) REFERENCES school_grade(id)
CONSTRAINT school_class_occupied_check ON school_class	ALTER TABLE school_class ADD CONSTRAINT school_class_occupied_check CHECK ((occupied >= 0))
CONSTRAINT school_class_school_id_fkey ON school_class	ALTER TABLE school_class ADD CONSTRAINT school_class_school_id_fkey FOREIGN KEY (school_id) REFERENCES organisation(id)
CONSTRAINT school_grade_entry_year_check ON school_grade	ALTER TABLE school_grade ADD CONSTRAINT school_grade_entry_year_check CHECK (((entry_year >= 1980) AND (entry_year <= 2100)))
CONSTRAINT school_grade_school_id_fkey ON school_grade	ALTER TABLE school_grade ADD CONSTRAINT school_grade_school_id_fkey FOREIGN KEY (school_id) REFERENCES organisation(id)
CONSTRAINT school_grade_stage_check ON school_grade	ALTER TABLE school_grade ADD CONSTRAINT school_grade_stage_check CHECK ((stage = ANY (ARRAY['PRIMARY'::text, 'JUNIOR'::text, 'SENIOR'::text])))
CONSTRAINT school_year_check ON school_year	ALTER TABLE school_year ADD CONSTRAINT school_year_check CHECK (((first_from < first_to) AND (first_to < second_from) AND (second_from < second_to)))
CONSTRAINT school_year_check1 ON school_year	ALTER TABLE school_year ADD CONSTRAINT school_year_check1 CHECK ((EXTRACT(year FROM first_from) = (year)::numeric))
CONSTRAINT school_year_year_check ON school_year	ALTER TABLE school_year ADD CONSTRAINT school_year_year_check CHECK (((year >= 2000) AND (year <= 2100)))
CONSTRAINT schooling_length_change_id_fkey ON schooling_length	ALTER TABLE schooling_length ADD CONSTRAINT schooling_length_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT schooling_length_from_year_check ON schooling_length	ALTER TABLE schooling_length ADD CONSTRAINT schooling_length_from_year_check CHECK (((from_year >= 2000) AND (from_year <= 2100)))
CONSTRAINT schooling_length_school_id_fkey ON schooling_length	ALTER TABLE schooling_length ADD CONSTRAINT schooling_length_school_id_fkey FOREIGN KEY (school_id) REFERENCES organisation(id)
CONSTRAINT schooling_length_stage_check ON schooling_length	ALTER TABLE schooling_length ADD CONSTRAINT schooling_length_stage_check CHECK ((stage = ANY (ARRAY['PRIMARY'::text, 'JUNIOR'::text, 'SENIOR'::text])))
CONSTRAINT schooling_length_years_check ON schooling_length	ALTER TABLE schooling_length ADD CONSTRAINT schooling_length_years_check CHECK (((years >= 1) AND (years <= 9)))
CONSTRAINT session_account_id_fkey ON session	ALTER TABLE session ADD CONSTRAINT session_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id)
CONSTRAINT session_check ON session	ALTER TABLE session ADD CONSTRAINT session_check CHECK (((kind = 'TOKEN'::text) = (cardinality(roles) > 0)))
CONSTRAINT session_kind_check ON session	ALTER TABLE session ADD CONSTRAINT session_kind_check CHECK ((kind = ANY (ARRAY['LOGIN'::text, 'TOKEN'::text])))
CONSTRAINT slip_change_id_fkey ON slip	ALTER TABLE slip ADD CONSTRAINT slip_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT slip_check ON slip	ALTER TABLE slip ADD CONSTRAINT slip_check CHECK (((outcome = 'PENDING'::text) = (settled_at IS NULL)))
CONSTRAINT slip_office_id_fkey ON slip	ALTER TABLE slip ADD CONSTRAINT slip_office_id_fkey FOREIGN KEY (office_id) REFERENCES organisation(id)
CONSTRAINT slip_outcome_check ON slip	ALTER TABLE slip ADD CONSTRAINT slip_outcome_check CHECK ((outcome = ANY (ARRAY['PENDING'::text, 'COUNTED'::text, 'REFUSED'::text])))
CONSTRAINT slip_task_id_fkey ON slip	ALTER TABLE slip ADD CONSTRAINT slip_task_id_fkey FOREIGN KEY (task_id) REFERENCES task(id)
CONSTRAINT slot_change_id_fkey ON slot	ALTER TABLE slot ADD CONSTRAINT slot_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT step_change_id_fkey ON step	ALTER TABLE step ADD CONSTRAINT step_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT step_check ON step	ALTER TABLE step ADD CONSTRAINT step_check CHECK (((act <> ''::text) OR (next_attempt_at IS NULL)))
CONSTRAINT step_office_id_fkey ON step	ALTER TABLE step ADD CONSTRAINT step_office_id_fkey FOREIGN KEY (office_id) REFERENCES organisation(id)
CONSTRAINT step_status_check ON step	ALTER TABLE step ADD CONSTRAINT step_status_check CHECK ((status = ANY (ARRAY['OPEN'::text, 'DONE'::text, 'CANCELLED'::text])))
CONSTRAINT student_check ON student	ALTER TABLE student ADD CONSTRAINT student_check CHECK (((number_class = ''::text) = (number_hash IS NULL)))
CONSTRAINT student_check1 ON student	ALTER TABLE student ADD CONSTRAINT student_check1 CHECK (((id_cipher IS NULL) = (id_hash IS NULL)))
CONSTRAINT student_class_id_fkey ON student	ALTER TABLE student ADD CONSTRAINT student_class_id_fkey FOREIGN KEY (class_id) REFERENCES school_class(id)
CONSTRAINT student_history_struck ON student_history	ALTER TABLE student_history ADD CONSTRAINT student_history_struck CHECK (((struck_at IS NULL) = ((struck_by IS NULL) AND (struck_job IS NULL))))
CONSTRAINT student_history_struck_by_fkey ON student_history	ALTER TABLE student_history ADD CONSTRAINT student_history_struck_by_fkey FOREIGN KEY (struck_by) REFERENCES change(id)
CONSTRAINT student_history_struck_job_fkey ON student_history	ALTER TABLE student_history ADD CONSTRAINT student_history_struck_job_fkey FOREIGN KEY (struck_job) REFERENCES job(id)
CONSTRAINT student_history_student_id_fkey ON student_history	ALTER TABLE student_history ADD CONSTRAINT student_history_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT student_number_class_check ON student	ALTER TABLE student ADD CONSTRAINT student_number_class_check CHECK ((number_class = ANY (ARRAY[''::text, 'L'::text, 'G'::text, 'J'::text])))
CONSTRAINT student_problem_check ON student_problem	ALTER TABLE student_problem ADD CONSTRAINT student_problem_check CHECK ((student_id <> other_student_id))
CONSTRAINT student_problem_check1 ON student_problem	ALTER TABLE student_problem ADD CONSTRAINT student_problem_check1 CHECK (((kind <> 'ID_ERROR'::text) OR (other_student_id IS NULL)))
CONSTRAINT student_problem_check2 ON student_problem	ALTER TABLE student_problem ADD CONSTRAINT student_problem_check2 CHECK (((state = 'CLEARED'::text) = (cleared_at IS NOT NULL)))
CONSTRAINT student_problem_check3 ON student_problem	ALTER TABLE student_problem ADD CONSTRAINT student_problem_check3 CHECK (((state <> 'CORROBORATED'::text) OR (corroborated_by IS NOT NULL)))
CONSTRAINT student_problem_cleared_by_fkey ON student_problem	ALTER TABLE student_problem ADD CONSTRAINT student_problem_cleared_by_fkey FOREIGN KEY (cleared_by) REFERENCES change(id)
CONSTRAINT student_problem_corroborated_by_fkey ON student_problem	ALTER TABLE student_problem ADD CONSTRAINT student_problem_corroborated_by_fkey FOREIGN KEY (corroborated_by) REFERENCES change(id)
CONSTRAINT student_problem_kind_check ON student_problem	ALTER TABLE student_problem ADD CONSTRAINT student_problem_kind_check CHECK ((kind = ANY (ARRAY['ID_ERROR'::text, 'DUP_WITH_ID'::text, 'DUP_WITHOUT_ID'::text])))
CONSTRAINT student_problem_other_student_id_fkey ON student_problem	ALTER TABLE student_problem ADD CONSTRAINT student_problem_other_student_id_fkey FOREIGN KEY (other_student_id) REFERENCES student(id)
CONSTRAINT student_problem_state_check ON student_problem	ALTER TABLE student_problem ADD CONSTRAINT student_problem_state_check CHECK ((state = ANY (ARRAY['OPEN'::text, 'CORROBORATED'::text, 'CLEARED'::text])))
CONSTRAINT student_problem_student_id_fkey ON student_problem	ALTER TABLE student_problem ADD CONSTRAINT student_problem_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT student_roster ON student	ALTER TABLE student ADD CONSTRAINT student_roster FOREIGN KEY (roster_id) REFERENCES roster(id)
CONSTRAINT student_school_id_fkey ON student	ALTER TABLE student ADD CONSTRAINT student_school_id_fkey FOREIGN KEY (school_id) REFERENCES organisation(id)
CONSTRAINT student_stage_check ON student	ALTER TABLE student ADD CONSTRAINT student_stage_check CHECK ((stage = ANY (ARRAY['PRIMARY'::text, 'JUNIOR'::text, 'SENIOR'::text])))
CONSTRAINT suspension_check ON suspension	ALTER TABLE suspension ADD CONSTRAINT suspension_check CHECK ((until_date > from_date))
CONSTRAINT suspension_student_id_fkey ON suspension	ALTER TABLE suspension ADD CONSTRAINT suspension_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT task_carried_from_fkey ON task	ALTER TABLE task ADD CONSTRAINT task_carried_from_fkey FOREIGN KEY (carried_from) REFERENCES task(id)
CONSTRAINT task_change_id_fkey ON task	ALTER TABLE task ADD CONSTRAINT task_change_id_fkey FOREIGN KEY (change_id) REFERENCES change(id)
CONSTRAINT task_check ON task	ALTER TABLE task ADD CONSTRAINT task_check CHECK (((holder_id IS NULL) = (held_as = ''::text)))
CONSTRAINT task_check1 ON task	ALTER TABLE task ADD CONSTRAINT task_check1 CHECK (((owner_id IS NULL) OR (held_as = 'DELEGATED'::text)))
CONSTRAINT task_held_as_check ON task	ALTER TABLE task ADD CONSTRAINT task_held_as_check CHECK ((held_as = ANY (ARRAY[''::text, 'CLAIMED'::text, 'TRANSFERRED'::text, 'DELEGATED'::text, 'ADDED'::text, 'NAMED'::text, 'RETURNED'::text, 'HANDED_OVER'::text])))
CONSTRAINT task_office_id_fkey ON task	ALTER TABLE task ADD CONSTRAINT task_office_id_fkey FOREIGN KEY (office_id) REFERENCES organisation(id)
CONSTRAINT task_parent_id_fkey ON task	ALTER TABLE task ADD CONSTRAINT task_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES task(id)
CONSTRAINT task_status_check ON task	ALTER TABLE task ADD CONSTRAINT task_status_check CHECK ((status = ANY (ARRAY['OPEN'::text, 'WAITING'::text, 'DECIDED'::text, 'CANCELLED'::text, 'REMOVED'::text, 'TAKEN_BACK'::text])))
CONSTRAINT task_verdict_check ON task	ALTER TABLE task ADD CONSTRAINT task_verdict_check CHECK ((verdict = ANY (ARRAY[''::text, 'APPROVE'::text, 'REJECT'::text, 'SEND_BACK'::text])))
CONSTRAINT webhook_delivery_check ON webhook_delivery	ALTER TABLE webhook_delivery ADD CONSTRAINT webhook_delivery_check CHECK (((next_attempt_at IS NULL) = ((delivered_at IS NOT NULL) OR (dead_at IS NOT NULL))))
CONSTRAINT webhook_delivery_check1 ON webhook_delivery	ALTER TABLE webhook_delivery ADD CONSTRAINT webhook_delivery_check1 CHECK (((delivered_at IS NULL) OR (dead_at IS NULL)))
CONSTRAINT webhook_delivery_endpoint_id_fkey ON webhook_delivery	ALTER TABLE webhook_delivery ADD CONSTRAINT webhook_delivery_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoint(id) ON DELETE CASCADE
CONSTRAINT webhook_delivery_notice_id_fkey ON webhook_delivery	ALTER TABLE webhook_delivery ADD CONSTRAINT webhook_delivery_notice_id_fkey FOREIGN KEY (notice_id) REFERENCES notice(id)
CONSTRAINT webhook_endpoint_check ON webhook_endpoint	ALTER TABLE webhook_endpoint ADD CONSTRAINT webhook_endpoint_check CHECK (((disabled_at IS NULL) = (disabled_reason = ''::text)))
CONSTRAINT webhook_endpoint_disabled_reason_check ON webhook_endpoint	ALTER TABLE webhook_endpoint ADD CONSTRAINT webhook_endpoint_disabled_reason_check CHECK ((disabled_reason = ANY (ARRAY[''::text, 'BY_HAND'::text, 'FAILING'::text, 'GONE'::text])))
CONSTRAINT webhook_endpoint_org_id_fkey ON webhook_endpoint	ALTER TABLE webhook_endpoint ADD CONSTRAINT webhook_endpoint_org_id_fkey FOREIGN KEY (org_id) REFERENCES organisation(id)
CONSTRAINT webhook_endpoint_outside_hours_check ON webhook_endpoint	ALTER TABLE webhook_endpoint ADD CONSTRAINT webhook_endpoint_outside_hours_check CHECK ((outside_hours = ANY (ARRAY['SEND'::text, 'URGENT'::text, 'WAIT'::text])))
CONSTRAINT webhook_secret_endpoint_id_fkey ON webhook_secret	ALTER TABLE webhook_secret ADD CONSTRAINT webhook_secret_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoint(id) ON DELETE CASCADE
CONSTRAINT workday_year_check ON workday_year	ALTER TABLE workday_year ADD CONSTRAINT workday_year_check CHECK (((add_key IS NULL) = (author_id IS NULL)))
CONSTRAINT workday_year_check1 ON workday_year	ALTER TABLE workday_year ADD CONSTRAINT workday_year_check1 CHECK (((add_key IS NULL) = (add_hash IS NULL)))
CONSTRAINT workday_year_comment_check ON workday_year	ALTER TABLE workday_year ADD CONSTRAINT workday_year_comment_check CHECK (((char_length(comment) >= 2) AND (char_length(comment) <= 500)))
CONSTRAINT workday_year_days_check ON workday_year	ALTER TABLE workday_year ADD CONSTRAINT workday_year_days_check CHECK (((jsonb_typeof(days) = 'array'::text) AND ((jsonb_array_length(days) >= 1) AND (jsonb_array_length(days) <= 366))))
CONSTRAINT workday_year_version_check ON workday_year	ALTER TABLE workday_year ADD CONSTRAINT workday_year_version_check CHECK ((version > 0))
CONSTRAINT workday_year_year_check ON workday_year	ALTER TABLE workday_year ADD CONSTRAINT workday_year_year_check CHECK (((year >= 2004) AND (year <= 9998)))
CONSTRAINT year_turn_closed_check ON year_turn_closed	ALTER TABLE year_turn_closed ADD CONSTRAINT year_turn_closed_check CHECK (((class_id IS NULL) <> (grade_id IS NULL)))
CONSTRAINT year_turn_closed_class_id_fkey ON year_turn_closed	ALTER TABLE year_turn_closed ADD CONSTRAINT year_turn_closed_class_id_fkey FOREIGN KEY (class_id) REFERENCES school_class(id)
CONSTRAINT year_turn_closed_grade_id_fkey ON year_turn_closed	ALTER TABLE year_turn_closed ADD CONSTRAINT year_turn_closed_grade_id_fkey FOREIGN KEY (grade_id) REFERENCES school_grade(id)
CONSTRAINT year_turn_closed_turn_id_fkey ON year_turn_closed	ALTER TABLE year_turn_closed ADD CONSTRAINT year_turn_closed_turn_id_fkey FOREIGN KEY (turn_id) REFERENCES year_turn(id)
CONSTRAINT year_turn_org_id_fkey ON year_turn	ALTER TABLE year_turn ADD CONSTRAINT year_turn_org_id_fkey FOREIGN KEY (org_id) REFERENCES organisation(id)
CONSTRAINT year_turn_part_no_check ON year_turn_part	ALTER TABLE year_turn_part ADD CONSTRAINT year_turn_part_no_check CHECK ((no > 0))
CONSTRAINT year_turn_part_turn_id_fkey ON year_turn_part	ALTER TABLE year_turn_part ADD CONSTRAINT year_turn_part_turn_id_fkey FOREIGN KEY (turn_id) REFERENCES year_turn(id)
CONSTRAINT year_turn_stay_code_check ON year_turn_stay	ALTER TABLE year_turn_stay ADD CONSTRAINT year_turn_stay_code_check CHECK ((code <> ''::text))
CONSTRAINT year_turn_stay_school_id_fkey ON year_turn_stay	ALTER TABLE year_turn_stay ADD CONSTRAINT year_turn_stay_school_id_fkey FOREIGN KEY (school_id) REFERENCES organisation(id)
CONSTRAINT year_turn_stay_student_id_fkey ON year_turn_stay	ALTER TABLE year_turn_stay ADD CONSTRAINT year_turn_stay_student_id_fkey FOREIGN KEY (student_id) REFERENCES student(id)
CONSTRAINT year_turn_stay_turn_id_fkey ON year_turn_stay	ALTER TABLE year_turn_stay ADD CONSTRAINT year_turn_stay_turn_id_fkey FOREIGN KEY (turn_id) REFERENCES year_turn(id)
TRIGGER admission_append_only ON admission	CREATE TRIGGER admission_append_only BEFORE DELETE OR UPDATE OF change_id, line_no, sheet_row, student_id, school_id, plan_year, stage, entry_year, from_school, from_stage, from_entry_year, graduated_on, subject ON public.admission FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()
TRIGGER admission_ends_once ON admission	CREATE TRIGGER admission_ends_once BEFORE UPDATE OF state, placed, code, params, reason ON public.admission FOR EACH ROW WHEN ((old.state = 'ENDED'::text)) EXECUTE FUNCTION refuse_rewrite()
TRIGGER audit_entry_append_only ON audit_entry	CREATE TRIGGER audit_entry_append_only BEFORE DELETE OR UPDATE ON public.audit_entry FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()
TRIGGER audit_entry_no_truncate ON audit_entry	CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON public.audit_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite()
TRIGGER audit_seal_append_only ON audit_seal	CREATE TRIGGER audit_seal_append_only BEFORE DELETE OR UPDATE ON public.audit_seal FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()
TRIGGER audit_seal_no_truncate ON audit_seal	CREATE TRIGGER audit_seal_no_truncate BEFORE TRUNCATE ON public.audit_seal FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite()
TRIGGER certificate_append_only ON certificate	CREATE TRIGGER certificate_append_only BEFORE DELETE OR UPDATE OF id, stock_id, blank_no, blank, school_id, province_code, student_id, stage, year, conclusion, number, serial, written_by, written_at, write_key, write_hash ON public.certificate FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()
TRIGGER certificate_ended_once ON certificate	CREATE TRIGGER certificate_ended_once BEFORE UPDATE ON public.certificate FOR EACH ROW WHEN ((old.ended_at IS NOT NULL)) EXECUTE FUNCTION refuse_rewrite()
TRIGGER certificate_stock_append_only ON certificate_stock	CREATE TRIGGER certificate_stock_append_only BEFORE DELETE OR UPDATE ON public.certificate_stock FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()
TRIGGER change_event_append_only ON change_event	CREATE TRIGGER change_event_append_only BEFORE DELETE OR UPDATE ON public.change_event FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()
TRIGGER change_evidence_out_once ON change_evidence	CREATE TRIGGER change_evidence_out_once BEFORE UPDATE ON public.change_evidence FOR EACH ROW WHEN ((old.out_round IS NOT NULL)) EXECUTE FUNCTION refuse_rewrite()
TRIGGER change_line_append_only ON change_line	CREATE TRIGGER change_line_append_only BEFORE DELETE OR UPDATE OF change_id, line_no, student_id, class_id, subject, class_name ON public.change_line FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()
TRIGGER change_line_settled_once ON change_line	CREATE TRIGGER change_line_settled_once BEFORE UPDATE OF verdict, code, params, reason, settled_by, settled_at ON public.change_line FOR EACH ROW WHEN ((old.verdict <> 'LISTED'::text)) EXECUTE FUNCTION refuse_rewrite()
TRIGGER change_line_struck_once ON change_line	CREATE TRIGGER change_line_struck_once BEFORE UPDATE OF struck_at, struck_by ON public.change_line FOR EACH ROW WHEN ((old.struck_at IS NOT NULL)) EXECUTE FUNCTION refuse_rewrite()
TRIGGER change_revision_append_only ON change_revision	CREATE TRIGGER change_revision_append_only BEFORE DELETE OR UPDATE ON public.change_revision FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()
TRIGGER decision_append_only ON decision	CREATE TRIGGER decision_append_only BEFORE DELETE OR UPDATE ON public.decision FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()
TRIGGER departure_append_only ON departure	CREATE TRIGGER departure_append_only BEFORE DELETE OR UPDATE OF id, change_id, student_id, school_id, left_on, to_school_id, name, number_masked, record, recorded_at ON public.departure FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()
TRIGGER enrolment_deferral_append_only ON enrolment_deferral	CREATE TRIGGER enrolment_deferral_append_only BEFORE DELETE OR UPDATE OF id, student_id, plan_year, until_year, reason_code, reason, account_id, recorded_at, record_key, record_hash ON public.enrolment_deferral FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()
TRIGGER graduation_line_append_only ON graduation_line	CREATE TRIGGER graduation_line_append_only BEFORE DELETE OR UPDATE OF change_id, line_no, student_id, school_id, stage, year, conclusion, subject, class_name ON public.graduation_line FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()
TRIGGER graduation_line_settled_once ON graduation_line	CREATE TRIGGER graduation_line_settled_once BEFORE UPDATE OF verdict, code, params, reason, settled_by, settled_at ON public.graduation_line FOR EACH ROW WHEN ((old.verdict <> 'LISTED'::text)) EXECUTE FUNCTION refuse_rewrite()
TRIGGER graduation_line_struck_once ON graduation_line	CREATE TRIGGER graduation_line_struck_once BEFORE UPDATE OF struck_at, struck_by ON public.graduation_line FOR EACH ROW WHEN ((old.struck_at IS NOT NULL)) EXECUTE FUNCTION refuse_rewrite()
TRIGGER graduation_line_undone_once ON graduation_line	CREATE TRIGGER graduation_line_undone_once BEFORE UPDATE OF undone_at, undone_by ON public.graduation_line FOR EACH ROW WHEN ((old.undone_at IS NOT NULL)) EXECUTE FUNCTION refuse_rewrite()
TRIGGER notice_told ON notice	CREATE TRIGGER notice_told AFTER INSERT ON public.notice REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION ring_offices()
TRIGGER notice_webhooks ON notice	CREATE TRIGGER notice_webhooks AFTER INSERT ON public.notice REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION queue_webhooks()
TRIGGER placing_line_append_only ON placing_line	CREATE TRIGGER placing_line_append_only BEFORE DELETE OR UPDATE OF change_id, line_no, student_id, class_id, class_name, from_class, from_name, subject ON public.placing_line FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()
TRIGGER placing_line_no_truncate ON placing_line	CREATE TRIGGER placing_line_no_truncate BEFORE TRUNCATE ON public.placing_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite()
TRIGGER placing_line_settled_once ON placing_line	CREATE TRIGGER placing_line_settled_once BEFORE UPDATE ON public.placing_line FOR EACH ROW WHEN ((old.verdict <> 'LISTED'::text)) EXECUTE FUNCTION refuse_rewrite()
TRIGGER policy_append_only ON policy	CREATE TRIGGER policy_append_only BEFORE DELETE OR UPDATE ON public.policy FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()
TRIGGER received_child_closed_once ON received_child	CREATE TRIGGER received_child_closed_once BEFORE UPDATE OF closed_at, closed_by, outcome, student_id ON public.received_child FOR EACH ROW WHEN ((old.closed_at IS NOT NULL)) EXECUTE FUNCTION refuse_rewrite()
TRIGGER received_child_kept ON received_child	CREATE TRIGGER received_child_kept BEFORE DELETE ON public.received_child FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()
TRIGGER session_ended ON session	CREATE TRIGGER session_ended AFTER UPDATE OF revoked_at ON public.session FOR EACH ROW WHEN (((new.revoked_at IS NOT NULL) AND (old.revoked_at IS NULL))) EXECUTE FUNCTION ring_session()
TRIGGER student_history_append_only ON student_history	CREATE TRIGGER student_history_append_only BEFORE DELETE OR UPDATE OF id, student_id, change_id, kind, effective_on, recorded_at, account_id, before, after ON public.student_history FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()
TRIGGER student_history_no_truncate ON student_history	CREATE TRIGGER student_history_no_truncate BEFORE TRUNCATE ON public.student_history FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite()
TRIGGER student_history_reason ON student_history	CREATE TRIGGER student_history_reason BEFORE UPDATE OF reason ON public.student_history FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()
TRIGGER student_history_struck_once ON student_history	CREATE TRIGGER student_history_struck_once BEFORE UPDATE OF struck_at, struck_by ON public.student_history FOR EACH ROW WHEN ((old.struck_at IS NOT NULL)) EXECUTE FUNCTION refuse_rewrite()
TRIGGER student_name_key ON student	CREATE TRIGGER student_name_key BEFORE INSERT ON public.student FOR EACH ROW WHEN ((new.name_key IS NULL)) EXECUTE FUNCTION fill_name_key()
TRIGGER task_moved ON task	CREATE TRIGGER task_moved AFTER UPDATE ON public.task REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION ring_offices()
TRIGGER task_opened ON task	CREATE TRIGGER task_opened AFTER INSERT ON public.task REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION ring_offices()
TRIGGER workday_year_append_only ON workday_year	CREATE TRIGGER workday_year_append_only BEFORE DELETE OR UPDATE ON public.workday_year FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()
TRIGGER worker_beat_seen ON worker_beat	CREATE TRIGGER worker_beat_seen BEFORE INSERT OR UPDATE ON public.worker_beat FOR EACH ROW EXECUTE FUNCTION worker_beat_seen()
TRIGGER admission_append_only ON admission IS ON	ALTER TABLE admission ENABLE TRIGGER admission_append_only
TRIGGER admission_ends_once ON admission IS ON	ALTER TABLE admission ENABLE TRIGGER admission_ends_once
TRIGGER audit_entry_append_only ON audit_entry IS ON	ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_append_only
TRIGGER audit_entry_no_truncate ON audit_entry IS ON	ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_no_truncate
TRIGGER audit_seal_append_only ON audit_seal IS ON	ALTER TABLE audit_seal ENABLE TRIGGER audit_seal_append_only
TRIGGER audit_seal_no_truncate ON audit_seal IS ON	ALTER TABLE audit_seal ENABLE TRIGGER audit_seal_no_truncate
TRIGGER certificate_append_only ON certificate IS ON	ALTER TABLE certificate ENABLE TRIGGER certificate_append_only
TRIGGER certificate_ended_once ON certificate IS ON	ALTER TABLE certificate ENABLE TRIGGER certificate_ended_once
TRIGGER certificate_stock_append_only ON certificate_stock IS ON	ALTER TABLE certificate_stock ENABLE TRIGGER certificate_stock_append_only
TRIGGER change_event_append_only ON change_event IS ON	ALTER TABLE change_event ENABLE TRIGGER change_event_append_only
TRIGGER change_evidence_out_once ON change_evidence IS ON	ALTER TABLE change_evidence ENABLE TRIGGER change_evidence_out_once
TRIGGER change_line_append_only ON change_line IS ON	ALTER TABLE change_line ENABLE TRIGGER change_line_append_only
TRIGGER change_line_settled_once ON change_line IS ON	ALTER TABLE change_line ENABLE TRIGGER change_line_settled_once
TRIGGER change_line_struck_once ON change_line IS ON	ALTER TABLE change_line ENABLE TRIGGER change_line_struck_once
TRIGGER change_revision_append_only ON change_revision IS ON	ALTER TABLE change_revision ENABLE TRIGGER change_revision_append_only
TRIGGER decision_append_only ON decision IS ON	ALTER TABLE decision ENABLE TRIGGER decision_append_only
TRIGGER departure_append_only ON departure IS ON	ALTER TABLE departure ENABLE TRIGGER departure_append_only
TRIGGER enrolment_deferral_append_only ON enrolment_deferral IS ON	ALTER TABLE enrolment_deferral ENABLE TRIGGER enrolment_deferral_append_only
TRIGGER graduation_line_append_only ON graduation_line IS ON	ALTER TABLE graduation_line ENABLE TRIGGER graduation_line_append_only
TRIGGER graduation_line_settled_once ON graduation_line IS ON	ALTER TABLE graduation_line ENABLE TRIGGER graduation_line_settled_once
TRIGGER graduation_line_struck_once ON graduation_line IS ON	ALTER TABLE graduation_line ENABLE TRIGGER graduation_line_struck_once
TRIGGER graduation_line_undone_once ON graduation_line IS ON	ALTER TABLE graduation_line ENABLE TRIGGER graduation_line_undone_once
TRIGGER notice_told ON notice IS ON	ALTER TABLE notice ENABLE TRIGGER notice_told
TRIGGER notice_webhooks ON notice IS ON	ALTER TABLE notice ENABLE TRIGGER notice_webhooks
TRIGGER placing_line_append_only ON placing_line IS ON	ALTER TABLE placing_line ENABLE TRIGGER placing_line_append_only
TRIGGER placing_line_no_truncate ON placing_line IS ON	ALTER TABLE placing_line ENABLE TRIGGER placing_line_no_truncate
TRIGGER placing_line_settled_once ON placing_line IS ON	ALTER TABLE placing_line ENABLE TRIGGER placing_line_settled_once
TRIGGER policy_append_only ON policy IS ON	ALTER TABLE policy ENABLE TRIGGER policy_append_only
TRIGGER received_child_closed_once ON received_child IS ON	ALTER TABLE received_child ENABLE TRIGGER received_child_closed_once
TRIGGER received_child_kept ON received_child IS ON	ALTER TABLE received_child ENABLE TRIGGER received_child_kept
TRIGGER session_ended ON session IS ON	ALTER TABLE session ENABLE TRIGGER session_ended
TRIGGER student_history_append_only ON student_history IS ON	ALTER TABLE student_history ENABLE TRIGGER student_history_append_only
TRIGGER student_history_no_truncate ON student_history IS ON	ALTER TABLE student_history ENABLE TRIGGER student_history_no_truncate
TRIGGER student_history_reason ON student_history IS ON	ALTER TABLE student_history ENABLE TRIGGER student_history_reason
TRIGGER student_history_struck_once ON student_history IS ON	ALTER TABLE student_history ENABLE TRIGGER student_history_struck_once
TRIGGER student_name_key ON student IS ON	ALTER TABLE student ENABLE TRIGGER student_name_key
TRIGGER task_moved ON task IS ON	ALTER TABLE task ENABLE TRIGGER task_moved
TRIGGER task_opened ON task IS ON	ALTER TABLE task ENABLE TRIGGER task_opened
TRIGGER workday_year_append_only ON workday_year IS ON	ALTER TABLE workday_year ENABLE TRIGGER workday_year_append_only
TRIGGER worker_beat_seen ON worker_beat IS ON	ALTER TABLE worker_beat ENABLE TRIGGER worker_beat_seen
POLICY app_account ON account_password PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_account ON account_password AS PERMISSIVE FOR ALL TO xueji_app USING ((EXISTS ( SELECT 1 FROM account a WHERE ((a.id = account_password.account_id) AND (a.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0))) WITH CHECK ((EXISTS ( SELECT 1 FROM account a WHERE ((a.id = account_password.account_id) AND (a.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0)))
POLICY app_account ON session PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_account ON session AS PERMISSIVE FOR ALL TO xueji_app USING ((EXISTS ( SELECT 1 FROM account a WHERE ((a.id = session.account_id) AND (a.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0))) WITH CHECK ((EXISTS ( SELECT 1 FROM account a WHERE ((a.id = session.account_id) AND (a.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0)))
POLICY app_cancel ON enrolment_deferral PERMISSIVE FOR UPDATE TO xueji_app	CREATE POLICY app_cancel ON enrolment_deferral AS PERMISSIVE FOR UPDATE TO xueji_app USING (((cancelled_at IS NULL) AND (EXISTS ( SELECT 1 FROM student s WHERE (s.id = enrolment_deferral.student_id))))) WITH CHECK ((cancelled_by = acting_account()))
POLICY app_cancel ON punishment RESTRICTIVE FOR UPDATE TO xueji_app	CREATE POLICY app_cancel ON punishment AS RESTRICTIVE FOR UPDATE TO xueji_app USING ((cancelled_on IS NULL)) WITH CHECK ((NOT (cancelled_by IS DISTINCT FROM acting_account())))
POLICY app_close ON received_child PERMISSIVE FOR UPDATE TO xueji_app	CREATE POLICY app_close ON received_child AS PERMISSIVE FOR UPDATE TO xueji_app USING (((closed_at IS NULL) AND (org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))) WITH CHECK (((closed_at IS NOT NULL) AND (closed_by = acting_account()) AND ((student_id IS NULL) OR (EXISTS ( SELECT 1 FROM student s WHERE ((s.id = received_child.student_id) AND (s.school_id = received_child.school_id)))))))
POLICY app_delete ON roster_row PERMISSIVE FOR DELETE TO xueji_app	CREATE POLICY app_delete ON roster_row AS PERMISSIVE FOR DELETE TO xueji_app USING (((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])) AND (EXISTS ( SELECT 1 FROM roster r WHERE ((r.id = roster_row.roster_id) AND (r.state = ANY (ARRAY['UPLOADED'::text, 'DISCARDED'::text])))))))
POLICY app_edit ON student RESTRICTIVE FOR UPDATE TO xueji_app	CREATE POLICY app_edit ON student AS RESTRICTIVE FOR UPDATE TO xueji_app USING (in_register)
POLICY app_end ON certificate RESTRICTIVE FOR UPDATE TO xueji_app	CREATE POLICY app_end ON certificate AS RESTRICTIVE FOR UPDATE TO xueji_app USING ((state = ANY (ARRAY['WRITTEN'::text, 'ISSUED'::text]))) WITH CHECK ((state = ANY (ARRAY['ISSUED'::text, 'REPLACED'::text])))
POLICY app_family ON guardian RESTRICTIVE FOR INSERT TO xueji_app	CREATE POLICY app_family ON guardian AS RESTRICTIVE FOR INSERT TO xueji_app WITH CHECK ((EXISTS ( SELECT 1 FROM student s WHERE ((s.id = guardian.student_id) AND (s.org_path = guardian.org_path) AND s.in_register))))
POLICY app_file ON admission PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_file ON admission AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (filed_here(change_id))
POLICY app_file ON change PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_file ON change AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_file ON change_dismissal PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_file ON change_dismissal AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])) AND filed_here(change_id)))
POLICY app_file ON change_line PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_file ON change_line AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (filed_here(change_id))
POLICY app_file ON change_value PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_file ON change_value AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (filed_here(change_id))
POLICY app_file ON graduation_line PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_file ON graduation_line AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (filed_here(change_id))
POLICY app_file ON placing_line PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_file ON placing_line AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (filed_here(change_id))
POLICY app_follow ON student_history PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_follow ON student_history AS PERMISSIVE FOR SELECT TO xueji_app USING ((EXISTS ( SELECT 1 FROM student s WHERE (s.id = student_history.student_id))))
POLICY app_give ON certificate_stock RESTRICTIVE FOR INSERT TO xueji_app	CREATE POLICY app_give ON certificate_stock AS RESTRICTIVE FOR INSERT TO xueji_app WITH CHECK (((NOT (given_by IS DISTINCT FROM acting_account())) AND (EXISTS ( SELECT 1 FROM organisation o WHERE ((o.id = certificate_stock.school_id) AND (o.province_code = certificate_stock.province_code) AND (NOT (o.path = ANY (( SELECT scope() AS scope)::ltree[]))))))))
POLICY app_hand_in ON enrolment_deferral PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_hand_in ON enrolment_deferral AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (((account_id = acting_account()) AND (EXISTS ( SELECT 1 FROM student s WHERE (s.id = enrolment_deferral.student_id)))))
POLICY app_insert ON audit_entry PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_insert ON audit_entry AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (true)
POLICY app_insert ON enrolment_plan PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_insert ON enrolment_plan AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (((org_path <@ ( SELECT scope() AS scope)) AND (NOT (org_path = ANY (scope()))) AND (set_by = acting_account()) AND (used = 0)))
POLICY app_insert ON job PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_insert ON job AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])) AND (kind = 'ROSTER_CHECK'::text) AND (state = 'RUNNING'::text) AND (change_id IS NULL) AND (filed_by = acting_account()) AND (EXISTS ( SELECT 1 FROM roster r WHERE ((r.id = job.subject_id) AND (r.school_id = job.org_id) AND (r.org_path = job.org_path) AND (r.state = 'UPLOADED'::text))))))
POLICY app_insert ON job_part PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_insert ON job_part AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])) AND (EXISTS ( SELECT 1 FROM job j WHERE ((j.id = job_part.job_id) AND (j.org_path = job_part.org_path) AND (j.kind = 'ROSTER_CHECK'::text) AND (j.filed_by = acting_account()) AND (j.reported_at IS NULL))))))
POLICY app_insert ON job_word PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_insert ON job_word AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])) AND (account_id = acting_account()) AND (EXISTS ( SELECT 1 FROM job j WHERE ((j.id = job_word.job_id) AND (j.org_path = job_word.org_path))))))
POLICY app_insert ON organisation PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_insert ON organisation AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK ((path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_insert ON policy PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_insert ON policy AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (((author_id = acting_account()) AND (add_key IS NOT NULL) AND (EXISTS ( SELECT 1 FROM organisation o WHERE ((o.kind = 'PROVINCE'::text) AND (o.code = policy.province_code) AND (o.closed_at IS NULL) AND (o.path = ANY (scope()))))) AND (EXISTS ( SELECT 1 FROM (account a JOIN organisation o ON ((o.id = a.org_id))) WHERE ((a.id = policy.author_id) AND (o.kind = 'PROVINCE'::text) AND (o.code = policy.province_code) AND ('BUREAU_SYSADMIN'::text = ANY (a.roles)))))))
POLICY app_insert ON roster PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_insert ON roster AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])) AND (state = 'UPLOADED'::text) AND (change_id IS NULL)))
POLICY app_insert ON roster_row PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_insert ON roster_row AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])) AND ((student_id IS NULL) OR (verdict = ANY (ARRAY['PRESENT'::text, 'DIFFERS'::text]))) AND (verdict <> 'LEFT_OUT'::text) AND (EXISTS ( SELECT 1 FROM roster r WHERE ((r.id = roster_row.roster_id) AND (r.state = 'UPLOADED'::text))))))
POLICY app_insert ON school_year PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_insert ON school_year AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (((set_by = acting_account()) AND (EXISTS ( SELECT 1 FROM organisation o WHERE ((o.kind = 'PROVINCE'::text) AND (o.code = school_year.province_code) AND (o.closed_at IS NULL) AND (o.path = ANY (scope())))))))
POLICY app_insert ON slot PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_insert ON slot AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (filed_here(change_id))
POLICY app_insert ON workday_year PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_insert ON workday_year AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (((author_id = acting_account()) AND (add_key IS NOT NULL) AND (EXISTS ( SELECT 1 FROM (account a JOIN organisation o ON ((o.id = a.org_id))) WHERE ((a.id = workday_year.author_id) AND (o.kind = 'NATION'::text) AND (o.path = ANY (scope())) AND ('BUREAU_SYSADMIN'::text = ANY (a.roles)))))))
POLICY app_insert ON year_turn PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_insert ON year_turn AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])) AND (filed_by = acting_account()) AND (EXISTS ( SELECT 1 FROM organisation o WHERE ((o.id = year_turn.org_id) AND (o.path = year_turn.org_path) AND (o.kind = 'PROVINCE'::text))))))
POLICY app_insert ON year_turn_part PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_insert ON year_turn_part AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK ((EXISTS ( SELECT 1 FROM year_turn y WHERE ((y.id = year_turn_part.turn_id) AND (y.org_path = year_turn_part.org_path) AND (y.filed_by = acting_account()) AND (y.finished_at IS NULL)))))
POLICY app_insert_turn ON job PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_insert_turn ON job AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])) AND (kind = ANY (ARRAY['YEAR_TURN'::text, 'YEAR_TURN_UNDO'::text])) AND (state = 'RUNNING'::text) AND (change_id IS NULL) AND (filed_by = acting_account()) AND (EXISTS ( SELECT 1 FROM year_turn y WHERE ((y.id = job.subject_id) AND (y.org_id = job.org_id) AND (y.org_path = job.org_path))))))
POLICY app_insert_turn ON job_part PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_insert_turn ON job_part AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])) AND (EXISTS ( SELECT 1 FROM job j WHERE ((j.id = job_part.job_id) AND (j.org_path = job_part.org_path) AND (j.kind = ANY (ARRAY['YEAR_TURN'::text, 'YEAR_TURN_UNDO'::text])) AND (j.filed_by = acting_account()) AND (j.reported_at IS NULL))))))
POLICY app_line ON student_history RESTRICTIVE FOR INSERT TO xueji_app	CREATE POLICY app_line ON student_history AS RESTRICTIVE FOR INSERT TO xueji_app WITH CHECK (((kind = ANY (ARRAY['EDIT'::text, 'PUNISHMENT'::text])) AND (change_id IS NULL) AND (NOT (account_id IS DISTINCT FROM acting_account())) AND (EXISTS ( SELECT 1 FROM student s WHERE ((s.id = student_history.student_id) AND (s.org_path = student_history.org_path))))))
POLICY app_nobody ON notice PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_nobody ON notice AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (((kind = 'NO_ELIGIBLE_PERSON'::text) AND (account_id IS NULL) AND (change_id IS NOT NULL) AND filed_here(change_id)))
POLICY app_own ON batch_request PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_own ON batch_request AS PERMISSIVE FOR ALL TO xueji_app USING ((account_id = acting_account())) WITH CHECK ((account_id = acting_account()))
POLICY app_own ON evidence PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_own ON evidence AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_own ON filing_draft PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_own ON filing_draft AS PERMISSIVE FOR ALL TO xueji_app USING ((account_id = acting_account())) WITH CHECK (((account_id = acting_account()) AND (EXISTS ( SELECT 1 FROM organisation o WHERE ((o.id = filing_draft.org_id) AND (o.path <@ ANY (( SELECT scope() AS scope)::ltree[])))))))
POLICY app_own ON notice_read PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_own ON notice_read AS PERMISSIVE FOR ALL TO xueji_app USING ((account_id = acting_account())) WITH CHECK (((account_id = acting_account()) AND (EXISTS ( SELECT 1 FROM notice n WHERE (n.id = notice_read.notice_id)))))
POLICY app_own ON opinion_draft PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_own ON opinion_draft AS PERMISSIVE FOR ALL TO xueji_app USING ((account_id = acting_account())) WITH CHECK (((account_id = acting_account()) AND (EXISTS ( SELECT 1 FROM task k WHERE (k.id = opinion_draft.task_id)))))
POLICY app_party ON admission PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_party ON admission AS PERMISSIVE FOR SELECT TO xueji_app USING ((EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = admission.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))))))
POLICY app_party ON change PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_party ON change AS PERMISSIVE FOR SELECT TO xueji_app USING (((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])) OR (EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = change.id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0))))
POLICY app_party ON change_event PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_party ON change_event AS PERMISSIVE FOR ALL TO xueji_app USING ((EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = change_event.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0))) WITH CHECK ((EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = change_event.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0)))
POLICY app_party ON change_evidence PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_party ON change_evidence AS PERMISSIVE FOR ALL TO xueji_app USING ((EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = change_evidence.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0))) WITH CHECK ((EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = change_evidence.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0)))
POLICY app_party ON change_line PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_party ON change_line AS PERMISSIVE FOR SELECT TO xueji_app USING ((EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = change_line.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0)))
POLICY app_party ON change_revision PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_party ON change_revision AS PERMISSIVE FOR SELECT TO xueji_app USING ((EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = change_revision.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0)))
POLICY app_party ON change_value PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_party ON change_value AS PERMISSIVE FOR SELECT TO xueji_app USING ((EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = change_value.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0)))
POLICY app_party ON decision PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_party ON decision AS PERMISSIVE FOR ALL TO xueji_app USING ((EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = decision.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0))) WITH CHECK ((EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = decision.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0)))
POLICY app_party ON graduation_line PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_party ON graduation_line AS PERMISSIVE FOR SELECT TO xueji_app USING ((EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = graduation_line.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0)))
POLICY app_party ON handover PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_party ON handover AS PERMISSIVE FOR SELECT TO xueji_app USING ((EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = handover.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0)))
POLICY app_party ON placing_line PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_party ON placing_line AS PERMISSIVE FOR SELECT TO xueji_app USING ((EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = placing_line.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))))))
POLICY app_party ON slip PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_party ON slip AS PERMISSIVE FOR ALL TO xueji_app USING ((EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = slip.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0))) WITH CHECK ((EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = slip.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0)))
POLICY app_party ON step PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_party ON step AS PERMISSIVE FOR ALL TO xueji_app USING ((EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = step.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0))) WITH CHECK ((EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = step.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0)))
POLICY app_party ON task PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_party ON task AS PERMISSIVE FOR ALL TO xueji_app USING ((EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = task.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0))) WITH CHECK ((EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = task.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0)))
POLICY app_read ON audit_entry PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_read ON audit_entry AS PERMISSIVE FOR SELECT TO xueji_app USING ((office_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_read ON change_copy PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_read ON change_copy AS PERMISSIVE FOR SELECT TO xueji_app USING (((account_id = acting_account()) AND (EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = change_copy.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0))))
POLICY app_read ON enrolment_plan PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_read ON enrolment_plan AS PERMISSIVE FOR SELECT TO xueji_app USING ((org_path <@ ( SELECT scope() AS scope)))
POLICY app_read ON evidence PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_read ON evidence AS PERMISSIVE FOR SELECT TO xueji_app USING (((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])) OR (EXISTS ( SELECT 1 FROM (change_evidence e JOIN change_party p USING (change_id)) WHERE ((e.evidence_id = evidence.id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0))))
POLICY app_read ON job PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_read ON job AS PERMISSIVE FOR SELECT TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_read ON job_part PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_read ON job_part AS PERMISSIVE FOR SELECT TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_read ON job_word PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_read ON job_word AS PERMISSIVE FOR SELECT TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_read ON keyring PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_read ON keyring AS PERMISSIVE FOR SELECT TO xueji_app USING (true)
POLICY app_read ON organisation PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_read ON organisation AS PERMISSIVE FOR SELECT TO xueji_app USING (true)
POLICY app_read ON policy PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_read ON policy AS PERMISSIVE FOR SELECT TO xueji_app USING (true)
POLICY app_read ON received_child PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_read ON received_child AS PERMISSIVE FOR SELECT TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_read ON roster PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_read ON roster AS PERMISSIVE FOR SELECT TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_read ON roster_row PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_read ON roster_row AS PERMISSIVE FOR SELECT TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_read ON school_year PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_read ON school_year AS PERMISSIVE FOR SELECT TO xueji_app USING (true)
POLICY app_read ON schooling_length PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_read ON schooling_length AS PERMISSIVE FOR SELECT TO xueji_app USING (true)
POLICY app_read ON workday_year PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_read ON workday_year AS PERMISSIVE FOR SELECT TO xueji_app USING (true)
POLICY app_read ON year_turn PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_read ON year_turn AS PERMISSIVE FOR SELECT TO xueji_app USING ((EXISTS ( SELECT 1 FROM unnest(( SELECT scope() AS scope)) s(s) WHERE ((s.s <@ year_turn.org_path) OR (year_turn.org_path <@ s.s)))))
POLICY app_read ON year_turn_part PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_read ON year_turn_part AS PERMISSIVE FOR SELECT TO xueji_app USING ((EXISTS ( SELECT 1 FROM year_turn y WHERE (y.id = year_turn_part.turn_id))))
POLICY app_read ON year_turn_stay PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_read ON year_turn_stay AS PERMISSIVE FOR SELECT TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_receive ON received_child PERMISSIVE FOR INSERT TO xueji_app	CREATE POLICY app_receive ON received_child AS PERMISSIVE FOR INSERT TO xueji_app WITH CHECK (((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])) AND (entered_by = acting_account()) AND (EXISTS ( SELECT 1 FROM organisation o WHERE ((o.id = received_child.school_id) AND (o.path = received_child.org_path) AND (o.kind = 'SCHOOL'::text) AND (o.closed_at IS NULL)))) AND ((class_id IS NULL) OR (EXISTS ( SELECT 1 FROM school_class c WHERE ((c.id = received_child.class_id) AND (c.school_id = received_child.school_id)))))))
POLICY app_record ON admission PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_record ON admission AS PERMISSIVE FOR SELECT TO xueji_app USING ((EXISTS ( SELECT 1 FROM student s WHERE (s.id = admission.student_id))))
POLICY app_record ON enrolment_deferral PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_record ON enrolment_deferral AS PERMISSIVE FOR SELECT TO xueji_app USING ((EXISTS ( SELECT 1 FROM student s WHERE (s.id = enrolment_deferral.student_id))))
POLICY app_record ON punishment RESTRICTIVE FOR INSERT TO xueji_app	CREATE POLICY app_record ON punishment AS RESTRICTIVE FOR INSERT TO xueji_app WITH CHECK (((level <> '6'::text) AND (cancelled_on IS NULL) AND (NOT (recorded_by IS DISTINCT FROM acting_account())) AND (EXISTS ( SELECT 1 FROM student s WHERE ((s.id = punishment.student_id) AND (s.org_path = punishment.org_path) AND s.in_register)))))
POLICY app_say ON handover PERMISSIVE FOR UPDATE TO xueji_app	CREATE POLICY app_say ON handover AS PERMISSIVE FOR UPDATE TO xueji_app USING ((EXISTS ( SELECT 1 FROM change_party p WHERE ((p.change_id = handover.change_id) AND (p.org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0)))
POLICY app_scope ON account PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_scope ON account AS PERMISSIVE FOR ALL TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) WITH CHECK ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_scope ON certificate PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_scope ON certificate AS PERMISSIVE FOR ALL TO xueji_app USING ((EXISTS ( SELECT 1 FROM organisation o WHERE ((o.id = certificate.school_id) AND (o.path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0)))
POLICY app_scope ON certificate_stock PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_scope ON certificate_stock AS PERMISSIVE FOR ALL TO xueji_app USING ((EXISTS ( SELECT 1 FROM organisation o WHERE ((o.id = certificate_stock.school_id) AND (o.path <@ ANY (( SELECT scope() AS scope)::ltree[]))) OFFSET 0)))
POLICY app_scope ON change_dismissal PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_scope ON change_dismissal AS PERMISSIVE FOR SELECT TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_scope ON change_party PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_scope ON change_party AS PERMISSIVE FOR ALL TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) WITH CHECK (filed_here(change_id))
POLICY app_scope ON check_in PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_scope ON check_in AS PERMISSIVE FOR ALL TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) WITH CHECK (((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])) AND (noted_by = acting_account()) AND (EXISTS ( SELECT 1 FROM student s WHERE ((s.id = check_in.student_id) AND (s.school_id = check_in.school_id) AND (s.org_path = check_in.org_path) AND (s.class_id = check_in.class_id))))))
POLICY app_scope ON departure PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_scope ON departure AS PERMISSIVE FOR SELECT TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_scope ON guardian PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_scope ON guardian AS PERMISSIVE FOR ALL TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) WITH CHECK ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_scope ON identity_check PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_scope ON identity_check AS PERMISSIVE FOR SELECT TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_scope ON notice PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_scope ON notice AS PERMISSIVE FOR SELECT TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_scope ON proxy PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_scope ON proxy AS PERMISSIVE FOR ALL TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) WITH CHECK ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_scope ON punishment PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_scope ON punishment AS PERMISSIVE FOR ALL TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) WITH CHECK ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_scope ON school_class PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_scope ON school_class AS PERMISSIVE FOR ALL TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) WITH CHECK ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_scope ON school_grade PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_scope ON school_grade AS PERMISSIVE FOR ALL TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) WITH CHECK ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_scope ON student PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_scope ON student AS PERMISSIVE FOR ALL TO xueji_app USING ((org_path <@ ( SELECT scope() AS scope))) WITH CHECK ((org_path <@ ( SELECT scope() AS scope)))
POLICY app_scope ON student_history PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_scope ON student_history AS PERMISSIVE FOR ALL TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) WITH CHECK ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_scope ON student_problem PERMISSIVE FOR SELECT TO xueji_app	CREATE POLICY app_scope ON student_problem AS PERMISSIVE FOR SELECT TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_scope ON suspension PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_scope ON suspension AS PERMISSIVE FOR ALL TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) WITH CHECK ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_scope ON webhook_delivery PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_scope ON webhook_delivery AS PERMISSIVE FOR ALL TO xueji_app USING ((EXISTS ( SELECT 1 FROM webhook_endpoint e WHERE (e.id = webhook_delivery.endpoint_id)))) WITH CHECK ((EXISTS ( SELECT 1 FROM webhook_endpoint e WHERE (e.id = webhook_delivery.endpoint_id))))
POLICY app_scope ON webhook_endpoint PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_scope ON webhook_endpoint AS PERMISSIVE FOR ALL TO xueji_app USING ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[]))) WITH CHECK ((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_scope ON webhook_secret PERMISSIVE FOR ALL TO xueji_app	CREATE POLICY app_scope ON webhook_secret AS PERMISSIVE FOR ALL TO xueji_app USING ((EXISTS ( SELECT 1 FROM webhook_endpoint e WHERE (e.id = webhook_secret.endpoint_id)))) WITH CHECK ((EXISTS ( SELECT 1 FROM webhook_endpoint e WHERE (e.id = webhook_secret.endpoint_id))))
POLICY app_update ON enrolment_plan PERMISSIVE FOR UPDATE TO xueji_app	CREATE POLICY app_update ON enrolment_plan AS PERMISSIVE FOR UPDATE TO xueji_app USING (((org_path <@ ( SELECT scope() AS scope)) AND (NOT (org_path = ANY (scope()))))) WITH CHECK ((set_by = acting_account()))
POLICY app_update ON organisation PERMISSIVE FOR UPDATE TO xueji_app	CREATE POLICY app_update ON organisation AS PERMISSIVE FOR UPDATE TO xueji_app USING ((path <@ ANY (( SELECT scope() AS scope)::ltree[]))) WITH CHECK ((path <@ ANY (( SELECT scope() AS scope)::ltree[])))
POLICY app_update ON roster PERMISSIVE FOR UPDATE TO xueji_app	CREATE POLICY app_update ON roster AS PERMISSIVE FOR UPDATE TO xueji_app USING (((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])) AND (state = ANY (ARRAY['UPLOADED'::text, 'CHECKED'::text, 'UNFIT'::text])))) WITH CHECK (((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])) AND ((state = 'FILED'::text) = (change_id IS NOT NULL)) AND (state = ANY (ARRAY['UPLOADED'::text, 'CHECKED'::text, 'UNFIT'::text, 'FILED'::text, 'DISCARDED'::text]))))
POLICY app_update ON roster_row PERMISSIVE FOR UPDATE TO xueji_app	CREATE POLICY app_update ON roster_row AS PERMISSIVE FOR UPDATE TO xueji_app USING (((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])) AND (verdict <> 'LEFT_OUT'::text) AND (EXISTS ( SELECT 1 FROM roster r WHERE ((r.id = roster_row.roster_id) AND (r.state = 'UPLOADED'::text)))))) WITH CHECK (((org_path <@ ANY (( SELECT scope() AS scope)::ltree[])) AND (verdict = 'REJECT'::text)))
POLICY app_update ON school_year PERMISSIVE FOR UPDATE TO xueji_app	CREATE POLICY app_update ON school_year AS PERMISSIVE FOR UPDATE TO xueji_app USING ((EXISTS ( SELECT 1 FROM organisation o WHERE ((o.kind = 'PROVINCE'::text) AND (o.code = school_year.province_code) AND (o.closed_at IS NULL) AND (o.path = ANY (scope())))))) WITH CHECK ((set_by = acting_account()))
POLICY app_write ON certificate RESTRICTIVE FOR INSERT TO xueji_app	CREATE POLICY app_write ON certificate AS RESTRICTIVE FOR INSERT TO xueji_app WITH CHECK (((NOT (written_by IS DISTINCT FROM acting_account())) AND (EXISTS ( SELECT 1 FROM certificate_stock s WHERE ((s.id = certificate.stock_id) AND (s.school_id = certificate.school_id) AND (s.stage = certificate.stage) AND ((certificate.blank_no >= s.first_no) AND (certificate.blank_no <= s.last_no))))) AND (((student_id IS NULL) AND (state = 'SPOILT'::text)) OR ((state = 'WRITTEN'::text) AND (EXISTS ( SELECT 1 FROM graduation_line l WHERE ((l.student_id = certificate.student_id) AND (l.school_id = certificate.school_id) AND (l.stage = certificate.stage) AND (l.year = certificate.year) AND (l.verdict = 'GRADUATED'::text) AND (l.undone_at IS NULL))))))))
POLICY owner_all ON account PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON account AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON account_password PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON account_password AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON admission PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON admission AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON audit_entry PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON audit_entry AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON batch_request PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON batch_request AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON certificate PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON certificate AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON certificate_stock PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON certificate_stock AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON change PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON change AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON change_copy PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON change_copy AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON change_dismissal PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON change_dismissal AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON change_event PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON change_event AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON change_evidence PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON change_evidence AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON change_line PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON change_line AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON change_party PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON change_party AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON change_revision PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON change_revision AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON change_value PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON change_value AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON check_in PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON check_in AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON check_in_notice PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON check_in_notice AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON clearing_notice PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON clearing_notice AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON decision PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON decision AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON departure PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON departure AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON double_search PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON double_search AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON enrolment_deferral PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON enrolment_deferral AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON enrolment_plan PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON enrolment_plan AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON evidence PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON evidence AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON filing_draft PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON filing_draft AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON graduation_line PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON graduation_line AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON guardian PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON guardian AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON handover PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON handover AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON identity_check PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON identity_check AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON identity_question PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON identity_question AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON job PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON job AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON job_part PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON job_part AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON job_word PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON job_word AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON keyring PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON keyring AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON keyring_walk PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON keyring_walk AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON likeness PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON likeness AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON login_attempt PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON login_attempt AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON notice PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON notice AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON notice_read PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON notice_read AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON opinion_draft PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON opinion_draft AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON organisation PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON organisation AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON placing_line PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON placing_line AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON policy PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON policy AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON proxy PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON proxy AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON punishment PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON punishment AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON received_child PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON received_child AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON roster PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON roster AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON roster_row PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON roster_row AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON school_class PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON school_class AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON school_grade PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON school_grade AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON school_year PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON school_year AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON schooling_length PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON schooling_length AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON session PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON session AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON slip PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON slip AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON slot PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON slot AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON step PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON step AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON student PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON student AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON student_history PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON student_history AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON student_problem PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON student_problem AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON suspension PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON suspension AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON task PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON task AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON tidying PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON tidying AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON webhook_delivery PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON webhook_delivery AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON webhook_endpoint PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON webhook_endpoint AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON webhook_secret PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON webhook_secret AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON workday_year PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON workday_year AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON year_turn PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON year_turn AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON year_turn_closed PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON year_turn_closed AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON year_turn_part PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON year_turn_part AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY owner_all ON year_turn_stay PERMISSIVE FOR ALL TO CURRENT_USER	CREATE POLICY owner_all ON year_turn_stay AS PERMISSIVE FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)
POLICY worker_all ON account PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON account AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON account_password PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON account_password AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON admission PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON admission AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON audit_entry PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON audit_entry AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON certificate PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON certificate AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON certificate_stock PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON certificate_stock AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON change PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON change AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON change_copy PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON change_copy AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON change_dismissal PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON change_dismissal AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON change_event PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON change_event AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON change_evidence PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON change_evidence AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON change_line PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON change_line AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON change_party PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON change_party AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON change_revision PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON change_revision AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON change_value PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON change_value AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON check_in PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON check_in AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON check_in_notice PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON check_in_notice AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON clearing_notice PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON clearing_notice AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON decision PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON decision AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON departure PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON departure AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON double_search PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON double_search AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON enrolment_deferral PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON enrolment_deferral AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON enrolment_plan PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON enrolment_plan AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON evidence PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON evidence AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON filing_draft PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON filing_draft AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON graduation_line PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON graduation_line AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON guardian PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON guardian AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON handover PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON handover AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON identity_check PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON identity_check AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON identity_question PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON identity_question AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON job PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON job AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON job_part PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON job_part AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON job_word PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON job_word AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON likeness PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON likeness AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON notice PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON notice AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON notice_read PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON notice_read AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON opinion_draft PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON opinion_draft AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON organisation PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON organisation AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON placing_line PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON placing_line AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON proxy PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON proxy AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON punishment PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON punishment AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON received_child PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON received_child AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON roster PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON roster AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON roster_row PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON roster_row AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON school_class PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON school_class AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON school_grade PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON school_grade AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON schooling_length PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON schooling_length AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON session PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON session AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON slip PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON slip AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON slot PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON slot AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON step PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON step AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON student PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON student AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON student_history PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON student_history AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON student_problem PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON student_problem AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON suspension PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON suspension AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON task PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON task AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON tidying PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON tidying AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON webhook_delivery PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON webhook_delivery AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON webhook_endpoint PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON webhook_endpoint AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON webhook_secret PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON webhook_secret AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON year_turn PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON year_turn AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON year_turn_closed PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON year_turn_closed AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON year_turn_part PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON year_turn_part AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_all ON year_turn_stay PERMISSIVE FOR ALL TO xueji_worker	CREATE POLICY worker_all ON year_turn_stay AS PERMISSIVE FOR ALL TO xueji_worker USING (true) WITH CHECK (true)
POLICY worker_insert ON workday_year PERMISSIVE FOR INSERT TO xueji_worker	CREATE POLICY worker_insert ON workday_year AS PERMISSIVE FOR INSERT TO xueji_worker WITH CHECK ((author_id IS NULL))
POLICY worker_read ON keyring PERMISSIVE FOR SELECT TO xueji_worker	CREATE POLICY worker_read ON keyring AS PERMISSIVE FOR SELECT TO xueji_worker USING (true)
POLICY worker_read ON policy PERMISSIVE FOR SELECT TO xueji_worker	CREATE POLICY worker_read ON policy AS PERMISSIVE FOR SELECT TO xueji_worker USING (true)
POLICY worker_read ON school_year PERMISSIVE FOR SELECT TO xueji_worker	CREATE POLICY worker_read ON school_year AS PERMISSIVE FOR SELECT TO xueji_worker USING (true)
POLICY worker_read ON workday_year PERMISSIVE FOR SELECT TO xueji_worker	CREATE POLICY worker_read ON workday_year AS PERMISSIVE FOR SELECT TO xueji_worker USING (true)
ROW SECURITY ON account	ALTER TABLE account ENABLE ROW LEVEL SECURITY
ROW SECURITY ON account_password	ALTER TABLE account_password ENABLE ROW LEVEL SECURITY
ROW SECURITY ON admission	ALTER TABLE admission ENABLE ROW LEVEL SECURITY
ROW SECURITY ON audit_entry	ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY
ROW SECURITY ON batch_request	ALTER TABLE batch_request ENABLE ROW LEVEL SECURITY
ROW SECURITY ON certificate	ALTER TABLE certificate ENABLE ROW LEVEL SECURITY
ROW SECURITY ON certificate_stock	ALTER TABLE certificate_stock ENABLE ROW LEVEL SECURITY
ROW SECURITY ON change	ALTER TABLE change ENABLE ROW LEVEL SECURITY
ROW SECURITY ON change_copy	ALTER TABLE change_copy ENABLE ROW LEVEL SECURITY
ROW SECURITY ON change_dismissal	ALTER TABLE change_dismissal ENABLE ROW LEVEL SECURITY
ROW SECURITY ON change_event	ALTER TABLE change_event ENABLE ROW LEVEL SECURITY
ROW SECURITY ON change_evidence	ALTER TABLE change_evidence ENABLE ROW LEVEL SECURITY
ROW SECURITY ON change_line	ALTER TABLE change_line ENABLE ROW LEVEL SECURITY
ROW SECURITY ON change_party	ALTER TABLE change_party ENABLE ROW LEVEL SECURITY
ROW SECURITY ON change_revision	ALTER TABLE change_revision ENABLE ROW LEVEL SECURITY
ROW SECURITY ON change_value	ALTER TABLE change_value ENABLE ROW LEVEL SECURITY
ROW SECURITY ON check_in	ALTER TABLE check_in ENABLE ROW LEVEL SECURITY
ROW SECURITY ON check_in_notice	ALTER TABLE check_in_notice ENABLE ROW LEVEL SECURITY
ROW SECURITY ON clearing_notice	ALTER TABLE clearing_notice ENABLE ROW LEVEL SECURITY
ROW SECURITY ON decision	ALTER TABLE decision ENABLE ROW LEVEL SECURITY
ROW SECURITY ON departure	ALTER TABLE departure ENABLE ROW LEVEL SECURITY
ROW SECURITY ON double_search	ALTER TABLE double_search ENABLE ROW LEVEL SECURITY
ROW SECURITY ON enrolment_deferral	ALTER TABLE enrolment_deferral ENABLE ROW LEVEL SECURITY
ROW SECURITY ON enrolment_plan	ALTER TABLE enrolment_plan ENABLE ROW LEVEL SECURITY
ROW SECURITY ON evidence	ALTER TABLE evidence ENABLE ROW LEVEL SECURITY
ROW SECURITY ON filing_draft	ALTER TABLE filing_draft ENABLE ROW LEVEL SECURITY
ROW SECURITY ON graduation_line	ALTER TABLE graduation_line ENABLE ROW LEVEL SECURITY
ROW SECURITY ON guardian	ALTER TABLE guardian ENABLE ROW LEVEL SECURITY
ROW SECURITY ON handover	ALTER TABLE handover ENABLE ROW LEVEL SECURITY
ROW SECURITY ON identity_check	ALTER TABLE identity_check ENABLE ROW LEVEL SECURITY
ROW SECURITY ON identity_question	ALTER TABLE identity_question ENABLE ROW LEVEL SECURITY
ROW SECURITY ON job	ALTER TABLE job ENABLE ROW LEVEL SECURITY
ROW SECURITY ON job_part	ALTER TABLE job_part ENABLE ROW LEVEL SECURITY
ROW SECURITY ON job_word	ALTER TABLE job_word ENABLE ROW LEVEL SECURITY
ROW SECURITY ON keyring	ALTER TABLE keyring ENABLE ROW LEVEL SECURITY
ROW SECURITY ON keyring_walk	ALTER TABLE keyring_walk ENABLE ROW LEVEL SECURITY
ROW SECURITY ON likeness	ALTER TABLE likeness ENABLE ROW LEVEL SECURITY
ROW SECURITY ON login_attempt	ALTER TABLE login_attempt ENABLE ROW LEVEL SECURITY
ROW SECURITY ON notice	ALTER TABLE notice ENABLE ROW LEVEL SECURITY
ROW SECURITY ON notice_read	ALTER TABLE notice_read ENABLE ROW LEVEL SECURITY
ROW SECURITY ON opinion_draft	ALTER TABLE opinion_draft ENABLE ROW LEVEL SECURITY
ROW SECURITY ON organisation	ALTER TABLE organisation ENABLE ROW LEVEL SECURITY
ROW SECURITY ON placing_line	ALTER TABLE placing_line ENABLE ROW LEVEL SECURITY
ROW SECURITY ON policy	ALTER TABLE policy ENABLE ROW LEVEL SECURITY
ROW SECURITY ON proxy	ALTER TABLE proxy ENABLE ROW LEVEL SECURITY
ROW SECURITY ON punishment	ALTER TABLE punishment ENABLE ROW LEVEL SECURITY
ROW SECURITY ON received_child	ALTER TABLE received_child ENABLE ROW LEVEL SECURITY
ROW SECURITY ON roster	ALTER TABLE roster ENABLE ROW LEVEL SECURITY
ROW SECURITY ON roster_row	ALTER TABLE roster_row ENABLE ROW LEVEL SECURITY
ROW SECURITY ON school_class	ALTER TABLE school_class ENABLE ROW LEVEL SECURITY
ROW SECURITY ON school_grade	ALTER TABLE school_grade ENABLE ROW LEVEL SECURITY
ROW SECURITY ON school_year	ALTER TABLE school_year ENABLE ROW LEVEL SECURITY
ROW SECURITY ON schooling_length	ALTER TABLE schooling_length ENABLE ROW LEVEL SECURITY
ROW SECURITY ON session	ALTER TABLE session ENABLE ROW LEVEL SECURITY
ROW SECURITY ON slip	ALTER TABLE slip ENABLE ROW LEVEL SECURITY
ROW SECURITY ON slot	ALTER TABLE slot ENABLE ROW LEVEL SECURITY
ROW SECURITY ON step	ALTER TABLE step ENABLE ROW LEVEL SECURITY
ROW SECURITY ON student	ALTER TABLE student ENABLE ROW LEVEL SECURITY
ROW SECURITY ON student_history	ALTER TABLE student_history ENABLE ROW LEVEL SECURITY
ROW SECURITY ON student_problem	ALTER TABLE student_problem ENABLE ROW LEVEL SECURITY
ROW SECURITY ON suspension	ALTER TABLE suspension ENABLE ROW LEVEL SECURITY
ROW SECURITY ON task	ALTER TABLE task ENABLE ROW LEVEL SECURITY
ROW SECURITY ON tidying	ALTER TABLE tidying ENABLE ROW LEVEL SECURITY
ROW SECURITY ON webhook_delivery	ALTER TABLE webhook_delivery ENABLE ROW LEVEL SECURITY
ROW SECURITY ON webhook_endpoint	ALTER TABLE webhook_endpoint ENABLE ROW LEVEL SECURITY
ROW SECURITY ON webhook_secret	ALTER TABLE webhook_secret ENABLE ROW LEVEL SECURITY
ROW SECURITY ON workday_year	ALTER TABLE workday_year ENABLE ROW LEVEL SECURITY
ROW SECURITY ON year_turn	ALTER TABLE year_turn ENABLE ROW LEVEL SECURITY
ROW SECURITY ON year_turn_closed	ALTER TABLE year_turn_closed ENABLE ROW LEVEL SECURITY
ROW SECURITY ON year_turn_part	ALTER TABLE year_turn_part ENABLE ROW LEVEL SECURITY
ROW SECURITY ON year_turn_stay	ALTER TABLE year_turn_stay ENABLE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON account	ALTER TABLE account FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON account_password	ALTER TABLE account_password FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON admission	ALTER TABLE admission FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON audit_entry	ALTER TABLE audit_entry FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON batch_request	ALTER TABLE batch_request FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON certificate	ALTER TABLE certificate FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON certificate_stock	ALTER TABLE certificate_stock FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON change	ALTER TABLE change FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON change_copy	ALTER TABLE change_copy FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON change_dismissal	ALTER TABLE change_dismissal FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON change_event	ALTER TABLE change_event FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON change_evidence	ALTER TABLE change_evidence FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON change_line	ALTER TABLE change_line FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON change_party	ALTER TABLE change_party FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON change_revision	ALTER TABLE change_revision FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON change_value	ALTER TABLE change_value FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON check_in	ALTER TABLE check_in FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON check_in_notice	ALTER TABLE check_in_notice FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON clearing_notice	ALTER TABLE clearing_notice FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON decision	ALTER TABLE decision FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON departure	ALTER TABLE departure FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON double_search	ALTER TABLE double_search FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON enrolment_deferral	ALTER TABLE enrolment_deferral FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON enrolment_plan	ALTER TABLE enrolment_plan FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON evidence	ALTER TABLE evidence FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON filing_draft	ALTER TABLE filing_draft FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON graduation_line	ALTER TABLE graduation_line FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON guardian	ALTER TABLE guardian FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON handover	ALTER TABLE handover FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON identity_check	ALTER TABLE identity_check FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON identity_question	ALTER TABLE identity_question FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON job	ALTER TABLE job FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON job_part	ALTER TABLE job_part FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON job_word	ALTER TABLE job_word FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON keyring	ALTER TABLE keyring FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON keyring_walk	ALTER TABLE keyring_walk FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON likeness	ALTER TABLE likeness FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON login_attempt	ALTER TABLE login_attempt FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON notice	ALTER TABLE notice FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON notice_read	ALTER TABLE notice_read FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON opinion_draft	ALTER TABLE opinion_draft FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON organisation	ALTER TABLE organisation FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON placing_line	ALTER TABLE placing_line FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON policy	ALTER TABLE policy FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON proxy	ALTER TABLE proxy FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON punishment	ALTER TABLE punishment FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON received_child	ALTER TABLE received_child FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON roster	ALTER TABLE roster FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON roster_row	ALTER TABLE roster_row FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON school_class	ALTER TABLE school_class FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON school_grade	ALTER TABLE school_grade FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON school_year	ALTER TABLE school_year FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON schooling_length	ALTER TABLE schooling_length FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON session	ALTER TABLE session FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON slip	ALTER TABLE slip FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON slot	ALTER TABLE slot FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON step	ALTER TABLE step FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON student	ALTER TABLE student FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON student_history	ALTER TABLE student_history FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON student_problem	ALTER TABLE student_problem FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON suspension	ALTER TABLE suspension FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON task	ALTER TABLE task FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON tidying	ALTER TABLE tidying FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON webhook_delivery	ALTER TABLE webhook_delivery FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON webhook_endpoint	ALTER TABLE webhook_endpoint FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON webhook_secret	ALTER TABLE webhook_secret FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON workday_year	ALTER TABLE workday_year FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON year_turn	ALTER TABLE year_turn FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON year_turn_closed	ALTER TABLE year_turn_closed FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON year_turn_part	ALTER TABLE year_turn_part FORCE ROW LEVEL SECURITY
ROW SECURITY OF THE OWNER ON year_turn_stay	ALTER TABLE year_turn_stay FORCE ROW LEVEL SECURITY
GRANT USAGE ON SCHEMA public TO xueji_app	GRANT USAGE ON SCHEMA public TO xueji_app
GRANT USAGE ON SCHEMA public TO xueji_worker	GRANT USAGE ON SCHEMA public TO xueji_worker
GRANT DELETE ON filing_draft TO xueji_app	GRANT DELETE ON filing_draft TO xueji_app
GRANT DELETE ON filing_draft TO xueji_worker	GRANT DELETE ON filing_draft TO xueji_worker
GRANT DELETE ON identity_question TO xueji_worker	GRANT DELETE ON identity_question TO xueji_worker
GRANT DELETE ON opinion_draft TO xueji_app	GRANT DELETE ON opinion_draft TO xueji_app
GRANT DELETE ON opinion_draft TO xueji_worker	GRANT DELETE ON opinion_draft TO xueji_worker
GRANT DELETE ON roster_row TO xueji_app	GRANT DELETE ON roster_row TO xueji_app
GRANT DELETE ON roster_row TO xueji_worker	GRANT DELETE ON roster_row TO xueji_worker
GRANT DELETE ON slot TO xueji_worker	GRANT DELETE ON slot TO xueji_worker
GRANT DELETE ON tidying TO xueji_worker	GRANT DELETE ON tidying TO xueji_worker
GRANT DELETE ON webhook_delivery TO xueji_worker	GRANT DELETE ON webhook_delivery TO xueji_worker
GRANT DELETE ON webhook_endpoint TO xueji_app	GRANT DELETE ON webhook_endpoint TO xueji_app
GRANT DELETE ON webhook_secret TO xueji_worker	GRANT DELETE ON webhook_secret TO xueji_worker
GRANT DELETE ON worker_beat TO xueji_worker	GRANT DELETE ON worker_beat TO xueji_worker
GRANT DELETE ON year_turn_closed TO xueji_worker	GRANT DELETE ON year_turn_closed TO xueji_worker
GRANT DELETE ON year_turn_stay TO xueji_worker	GRANT DELETE ON year_turn_stay TO xueji_worker
GRANT INSERT ON account TO xueji_app	GRANT INSERT ON account TO xueji_app
GRANT INSERT ON account_password TO xueji_app	GRANT INSERT ON account_password TO xueji_app
GRANT INSERT ON audit_entry TO xueji_app	GRANT INSERT ON audit_entry TO xueji_app
GRANT INSERT ON audit_entry TO xueji_worker	GRANT INSERT ON audit_entry TO xueji_worker
GRANT INSERT ON audit_seal TO xueji_worker	GRANT INSERT ON audit_seal TO xueji_worker
GRANT INSERT ON certificate TO xueji_app	GRANT INSERT ON certificate TO xueji_app
GRANT INSERT ON certificate_stock TO xueji_app	GRANT INSERT ON certificate_stock TO xueji_app
GRANT INSERT ON change TO xueji_app	GRANT INSERT ON change TO xueji_app
GRANT INSERT ON change_copy TO xueji_worker	GRANT INSERT ON change_copy TO xueji_worker
GRANT INSERT ON change_dismissal TO xueji_app	GRANT INSERT ON change_dismissal TO xueji_app
GRANT INSERT ON change_event TO xueji_app	GRANT INSERT ON change_event TO xueji_app
GRANT INSERT ON change_event TO xueji_worker	GRANT INSERT ON change_event TO xueji_worker
GRANT INSERT ON change_evidence TO xueji_app	GRANT INSERT ON change_evidence TO xueji_app
GRANT INSERT ON change_evidence TO xueji_worker	GRANT INSERT ON change_evidence TO xueji_worker
GRANT INSERT ON change_party TO xueji_app	GRANT INSERT ON change_party TO xueji_app
GRANT INSERT ON change_party TO xueji_worker	GRANT INSERT ON change_party TO xueji_worker
GRANT INSERT ON change_revision TO xueji_worker	GRANT INSERT ON change_revision TO xueji_worker
GRANT INSERT ON change_value TO xueji_app	GRANT INSERT ON change_value TO xueji_app
GRANT INSERT ON change_value TO xueji_worker	GRANT INSERT ON change_value TO xueji_worker
GRANT INSERT ON check_in TO xueji_app	GRANT INSERT ON check_in TO xueji_app
GRANT INSERT ON check_in_notice TO xueji_worker	GRANT INSERT ON check_in_notice TO xueji_worker
GRANT INSERT ON clearing_notice TO xueji_worker	GRANT INSERT ON clearing_notice TO xueji_worker
GRANT INSERT ON decision TO xueji_worker	GRANT INSERT ON decision TO xueji_worker
GRANT INSERT ON departure TO xueji_worker	GRANT INSERT ON departure TO xueji_worker
GRANT INSERT ON double_search TO xueji_worker	GRANT INSERT ON double_search TO xueji_worker
GRANT INSERT ON evidence TO xueji_app	GRANT INSERT ON evidence TO xueji_app
GRANT INSERT ON filing_draft TO xueji_app	GRANT INSERT ON filing_draft TO xueji_app
GRANT INSERT ON guardian TO xueji_app	GRANT INSERT ON guardian TO xueji_app
GRANT INSERT ON guardian TO xueji_worker	GRANT INSERT ON guardian TO xueji_worker
GRANT INSERT ON handover TO xueji_worker	GRANT INSERT ON handover TO xueji_worker
GRANT INSERT ON identity_check TO xueji_worker	GRANT INSERT ON identity_check TO xueji_worker
GRANT INSERT ON identity_question TO xueji_worker	GRANT INSERT ON identity_question TO xueji_worker
GRANT INSERT ON job TO xueji_worker	GRANT INSERT ON job TO xueji_worker
GRANT INSERT ON job_part TO xueji_worker	GRANT INSERT ON job_part TO xueji_worker
GRANT INSERT ON job_word TO xueji_worker	GRANT INSERT ON job_word TO xueji_worker
GRANT INSERT ON likeness TO xueji_worker	GRANT INSERT ON likeness TO xueji_worker
GRANT INSERT ON notice TO xueji_worker	GRANT INSERT ON notice TO xueji_worker
GRANT INSERT ON notice_read TO xueji_app	GRANT INSERT ON notice_read TO xueji_app
GRANT INSERT ON opinion_draft TO xueji_app	GRANT INSERT ON opinion_draft TO xueji_app
GRANT INSERT ON organisation TO xueji_app	GRANT INSERT ON organisation TO xueji_app
GRANT INSERT ON outbox TO xueji_app	GRANT INSERT ON outbox TO xueji_app
GRANT INSERT ON outbox TO xueji_worker	GRANT INSERT ON outbox TO xueji_worker
GRANT INSERT ON proxy TO xueji_app	GRANT INSERT ON proxy TO xueji_app
GRANT INSERT ON roster_row TO xueji_app	GRANT INSERT ON roster_row TO xueji_app
GRANT INSERT ON roster_row TO xueji_worker	GRANT INSERT ON roster_row TO xueji_worker
GRANT INSERT ON school_class TO xueji_app	GRANT INSERT ON school_class TO xueji_app
GRANT INSERT ON school_grade TO xueji_app	GRANT INSERT ON school_grade TO xueji_app
GRANT INSERT ON session TO xueji_app	GRANT INSERT ON session TO xueji_app
GRANT INSERT ON slot TO xueji_app	GRANT INSERT ON slot TO xueji_app
GRANT INSERT ON slot TO xueji_worker	GRANT INSERT ON slot TO xueji_worker
GRANT INSERT ON step TO xueji_app	GRANT INSERT ON step TO xueji_app
GRANT INSERT ON step TO xueji_worker	GRANT INSERT ON step TO xueji_worker
GRANT INSERT ON student TO xueji_worker	GRANT INSERT ON student TO xueji_worker
GRANT INSERT ON student_history TO xueji_worker	GRANT INSERT ON student_history TO xueji_worker
GRANT INSERT ON student_problem TO xueji_worker	GRANT INSERT ON student_problem TO xueji_worker
GRANT INSERT ON suspension TO xueji_worker	GRANT INSERT ON suspension TO xueji_worker
GRANT INSERT ON task TO xueji_app	GRANT INSERT ON task TO xueji_app
GRANT INSERT ON task TO xueji_worker	GRANT INSERT ON task TO xueji_worker
GRANT INSERT ON tidying TO xueji_worker	GRANT INSERT ON tidying TO xueji_worker
GRANT INSERT ON webhook_endpoint TO xueji_app	GRANT INSERT ON webhook_endpoint TO xueji_app
GRANT INSERT ON webhook_secret TO xueji_app	GRANT INSERT ON webhook_secret TO xueji_app
GRANT INSERT ON worker_beat TO xueji_worker	GRANT INSERT ON worker_beat TO xueji_worker
GRANT INSERT ON year_turn_closed TO xueji_worker	GRANT INSERT ON year_turn_closed TO xueji_worker
GRANT INSERT ON year_turn_stay TO xueji_worker	GRANT INSERT ON year_turn_stay TO xueji_worker
GRANT SELECT ON admission TO xueji_app	GRANT SELECT ON admission TO xueji_app
GRANT SELECT ON admission TO xueji_worker	GRANT SELECT ON admission TO xueji_worker
GRANT SELECT ON audit_entry TO xueji_app	GRANT SELECT ON audit_entry TO xueji_app
GRANT SELECT ON audit_entry TO xueji_worker	GRANT SELECT ON audit_entry TO xueji_worker
GRANT SELECT ON audit_seal TO xueji_worker	GRANT SELECT ON audit_seal TO xueji_worker
GRANT SELECT ON batch_request TO xueji_app	GRANT SELECT ON batch_request TO xueji_app
GRANT SELECT ON certificate TO xueji_app	GRANT SELECT ON certificate TO xueji_app
GRANT SELECT ON certificate TO xueji_worker	GRANT SELECT ON certificate TO xueji_worker
GRANT SELECT ON certificate_stock TO xueji_app	GRANT SELECT ON certificate_stock TO xueji_app
GRANT SELECT ON change TO xueji_app	GRANT SELECT ON change TO xueji_app
GRANT SELECT ON change TO xueji_worker	GRANT SELECT ON change TO xueji_worker
GRANT SELECT ON change_copy TO xueji_app	GRANT SELECT ON change_copy TO xueji_app
GRANT SELECT ON change_copy TO xueji_worker	GRANT SELECT ON change_copy TO xueji_worker
GRANT SELECT ON change_dismissal TO xueji_app	GRANT SELECT ON change_dismissal TO xueji_app
GRANT SELECT ON change_dismissal TO xueji_worker	GRANT SELECT ON change_dismissal TO xueji_worker
GRANT SELECT ON change_event TO xueji_app	GRANT SELECT ON change_event TO xueji_app
GRANT SELECT ON change_event TO xueji_worker	GRANT SELECT ON change_event TO xueji_worker
GRANT SELECT ON change_evidence TO xueji_app	GRANT SELECT ON change_evidence TO xueji_app
GRANT SELECT ON change_evidence TO xueji_worker	GRANT SELECT ON change_evidence TO xueji_worker
GRANT SELECT ON change_line TO xueji_app	GRANT SELECT ON change_line TO xueji_app
GRANT SELECT ON change_line TO xueji_worker	GRANT SELECT ON change_line TO xueji_worker
GRANT SELECT ON change_party TO xueji_app	GRANT SELECT ON change_party TO xueji_app
GRANT SELECT ON change_party TO xueji_worker	GRANT SELECT ON change_party TO xueji_worker
GRANT SELECT ON change_revision TO xueji_app	GRANT SELECT ON change_revision TO xueji_app
GRANT SELECT ON change_revision TO xueji_worker	GRANT SELECT ON change_revision TO xueji_worker
GRANT SELECT ON change_value TO xueji_app	GRANT SELECT ON change_value TO xueji_app
GRANT SELECT ON change_value TO xueji_worker	GRANT SELECT ON change_value TO xueji_worker
GRANT SELECT ON check_in TO xueji_app	GRANT SELECT ON check_in TO xueji_app
GRANT SELECT ON check_in TO xueji_worker	GRANT SELECT ON check_in TO xueji_worker
GRANT SELECT ON check_in_notice TO xueji_worker	GRANT SELECT ON check_in_notice TO xueji_worker
GRANT SELECT ON clearing_notice TO xueji_worker	GRANT SELECT ON clearing_notice TO xueji_worker
GRANT SELECT ON decision TO xueji_app	GRANT SELECT ON decision TO xueji_app
GRANT SELECT ON decision TO xueji_worker	GRANT SELECT ON decision TO xueji_worker
GRANT SELECT ON departure TO xueji_app	GRANT SELECT ON departure TO xueji_app
GRANT SELECT ON departure TO xueji_worker	GRANT SELECT ON departure TO xueji_worker
GRANT SELECT ON double_search TO xueji_worker	GRANT SELECT ON double_search TO xueji_worker
GRANT SELECT ON enrolment_deferral TO xueji_app	GRANT SELECT ON enrolment_deferral TO xueji_app
GRANT SELECT ON enrolment_deferral TO xueji_worker	GRANT SELECT ON enrolment_deferral TO xueji_worker
GRANT SELECT ON enrolment_plan TO xueji_app	GRANT SELECT ON enrolment_plan TO xueji_app
GRANT SELECT ON enrolment_plan TO xueji_worker	GRANT SELECT ON enrolment_plan TO xueji_worker
GRANT SELECT ON evidence TO xueji_app	GRANT SELECT ON evidence TO xueji_app
GRANT SELECT ON evidence TO xueji_worker	GRANT SELECT ON evidence TO xueji_worker
GRANT SELECT ON filing_draft TO xueji_app	GRANT SELECT ON filing_draft TO xueji_app
GRANT SELECT ON goose_db_version TO xueji_app	GRANT SELECT ON goose_db_version TO xueji_app
GRANT SELECT ON goose_db_version TO xueji_worker	GRANT SELECT ON goose_db_version TO xueji_worker
GRANT SELECT ON graduation_line TO xueji_app	GRANT SELECT ON graduation_line TO xueji_app
GRANT SELECT ON graduation_line TO xueji_worker	GRANT SELECT ON graduation_line TO xueji_worker
GRANT SELECT ON guardian TO xueji_app	GRANT SELECT ON guardian TO xueji_app
GRANT SELECT ON guardian TO xueji_worker	GRANT SELECT ON guardian TO xueji_worker
GRANT SELECT ON handover TO xueji_app	GRANT SELECT ON handover TO xueji_app
GRANT SELECT ON handover TO xueji_worker	GRANT SELECT ON handover TO xueji_worker
GRANT SELECT ON identity_check TO xueji_app	GRANT SELECT ON identity_check TO xueji_app
GRANT SELECT ON identity_check TO xueji_worker	GRANT SELECT ON identity_check TO xueji_worker
GRANT SELECT ON identity_question TO xueji_worker	GRANT SELECT ON identity_question TO xueji_worker
GRANT SELECT ON job TO xueji_app	GRANT SELECT ON job TO xueji_app
GRANT SELECT ON job TO xueji_worker	GRANT SELECT ON job TO xueji_worker
GRANT SELECT ON job_part TO xueji_app	GRANT SELECT ON job_part TO xueji_app
GRANT SELECT ON job_part TO xueji_worker	GRANT SELECT ON job_part TO xueji_worker
GRANT SELECT ON job_word TO xueji_app	GRANT SELECT ON job_word TO xueji_app
GRANT SELECT ON job_word TO xueji_worker	GRANT SELECT ON job_word TO xueji_worker
GRANT SELECT ON keyring TO xueji_app	GRANT SELECT ON keyring TO xueji_app
GRANT SELECT ON keyring TO xueji_worker	GRANT SELECT ON keyring TO xueji_worker
GRANT SELECT ON likeness TO xueji_worker	GRANT SELECT ON likeness TO xueji_worker
GRANT SELECT ON notice TO xueji_app	GRANT SELECT ON notice TO xueji_app
GRANT SELECT ON notice TO xueji_worker	GRANT SELECT ON notice TO xueji_worker
GRANT SELECT ON notice_read TO xueji_app	GRANT SELECT ON notice_read TO xueji_app
GRANT SELECT ON notice_read TO xueji_worker	GRANT SELECT ON notice_read TO xueji_worker
GRANT SELECT ON opinion_draft TO xueji_app	GRANT SELECT ON opinion_draft TO xueji_app
GRANT SELECT ON opinion_draft TO xueji_worker	GRANT SELECT ON opinion_draft TO xueji_worker
GRANT SELECT ON organisation TO xueji_app	GRANT SELECT ON organisation TO xueji_app
GRANT SELECT ON organisation TO xueji_worker	GRANT SELECT ON organisation TO xueji_worker
GRANT SELECT ON outbox TO xueji_worker	GRANT SELECT ON outbox TO xueji_worker
GRANT SELECT ON placing_line TO xueji_app	GRANT SELECT ON placing_line TO xueji_app
GRANT SELECT ON placing_line TO xueji_worker	GRANT SELECT ON placing_line TO xueji_worker
GRANT SELECT ON policy TO xueji_app	GRANT SELECT ON policy TO xueji_app
GRANT SELECT ON policy TO xueji_worker	GRANT SELECT ON policy TO xueji_worker
GRANT SELECT ON proxy TO xueji_app	GRANT SELECT ON proxy TO xueji_app
GRANT SELECT ON proxy TO xueji_worker	GRANT SELECT ON proxy TO xueji_worker
GRANT SELECT ON punishment TO xueji_app	GRANT SELECT ON punishment TO xueji_app
GRANT SELECT ON punishment TO xueji_worker	GRANT SELECT ON punishment TO xueji_worker
GRANT SELECT ON received_child TO xueji_app	GRANT SELECT ON received_child TO xueji_app
GRANT SELECT ON received_child TO xueji_worker	GRANT SELECT ON received_child TO xueji_worker
GRANT SELECT ON roster TO xueji_app	GRANT SELECT ON roster TO xueji_app
GRANT SELECT ON roster TO xueji_worker	GRANT SELECT ON roster TO xueji_worker
GRANT SELECT ON roster_row TO xueji_app	GRANT SELECT ON roster_row TO xueji_app
GRANT SELECT ON roster_row TO xueji_worker	GRANT SELECT ON roster_row TO xueji_worker
GRANT SELECT ON school_class TO xueji_app	GRANT SELECT ON school_class TO xueji_app
GRANT SELECT ON school_class TO xueji_worker	GRANT SELECT ON school_class TO xueji_worker
GRANT SELECT ON school_grade TO xueji_app	GRANT SELECT ON school_grade TO xueji_app
GRANT SELECT ON school_grade TO xueji_worker	GRANT SELECT ON school_grade TO xueji_worker
GRANT SELECT ON school_year TO xueji_app	GRANT SELECT ON school_year TO xueji_app
GRANT SELECT ON school_year TO xueji_worker	GRANT SELECT ON school_year TO xueji_worker
GRANT SELECT ON schooling_length TO xueji_app	GRANT SELECT ON schooling_length TO xueji_app
GRANT SELECT ON schooling_length TO xueji_worker	GRANT SELECT ON schooling_length TO xueji_worker
GRANT SELECT ON slip TO xueji_app	GRANT SELECT ON slip TO xueji_app
GRANT SELECT ON slip TO xueji_worker	GRANT SELECT ON slip TO xueji_worker
GRANT SELECT ON slot TO xueji_worker	GRANT SELECT ON slot TO xueji_worker
GRANT SELECT ON step TO xueji_app	GRANT SELECT ON step TO xueji_app
GRANT SELECT ON step TO xueji_worker	GRANT SELECT ON step TO xueji_worker
GRANT SELECT ON student TO xueji_app	GRANT SELECT ON student TO xueji_app
GRANT SELECT ON student TO xueji_worker	GRANT SELECT ON student TO xueji_worker
GRANT SELECT ON student_history TO xueji_app	GRANT SELECT ON student_history TO xueji_app
GRANT SELECT ON student_history TO xueji_worker	GRANT SELECT ON student_history TO xueji_worker
GRANT SELECT ON student_problem TO xueji_app	GRANT SELECT ON student_problem TO xueji_app
GRANT SELECT ON student_problem TO xueji_worker	GRANT SELECT ON student_problem TO xueji_worker
GRANT SELECT ON suspension TO xueji_app	GRANT SELECT ON suspension TO xueji_app
GRANT SELECT ON suspension TO xueji_worker	GRANT SELECT ON suspension TO xueji_worker
GRANT SELECT ON task TO xueji_app	GRANT SELECT ON task TO xueji_app
GRANT SELECT ON task TO xueji_worker	GRANT SELECT ON task TO xueji_worker
GRANT SELECT ON tidying TO xueji_worker	GRANT SELECT ON tidying TO xueji_worker
GRANT SELECT ON webhook_delivery TO xueji_app	GRANT SELECT ON webhook_delivery TO xueji_app
GRANT SELECT ON webhook_delivery TO xueji_worker	GRANT SELECT ON webhook_delivery TO xueji_worker
GRANT SELECT ON webhook_endpoint TO xueji_app	GRANT SELECT ON webhook_endpoint TO xueji_app
GRANT SELECT ON webhook_endpoint TO xueji_worker	GRANT SELECT ON webhook_endpoint TO xueji_worker
GRANT SELECT ON webhook_secret TO xueji_worker	GRANT SELECT ON webhook_secret TO xueji_worker
GRANT SELECT ON workday_year TO xueji_app	GRANT SELECT ON workday_year TO xueji_app
GRANT SELECT ON workday_year TO xueji_worker	GRANT SELECT ON workday_year TO xueji_worker
GRANT SELECT ON worker_beat TO xueji_app	GRANT SELECT ON worker_beat TO xueji_app
GRANT SELECT ON worker_beat TO xueji_worker	GRANT SELECT ON worker_beat TO xueji_worker
GRANT SELECT ON year_turn TO xueji_app	GRANT SELECT ON year_turn TO xueji_app
GRANT SELECT ON year_turn TO xueji_worker	GRANT SELECT ON year_turn TO xueji_worker
GRANT SELECT ON year_turn_closed TO xueji_worker	GRANT SELECT ON year_turn_closed TO xueji_worker
GRANT SELECT ON year_turn_part TO xueji_app	GRANT SELECT ON year_turn_part TO xueji_app
GRANT SELECT ON year_turn_part TO xueji_worker	GRANT SELECT ON year_turn_part TO xueji_worker
GRANT SELECT ON year_turn_stay TO xueji_app	GRANT SELECT ON year_turn_stay TO xueji_app
GRANT SELECT ON year_turn_stay TO xueji_worker	GRANT SELECT ON year_turn_stay TO xueji_worker
GRANT UPDATE ON change TO xueji_worker	GRANT UPDATE ON change TO xueji_worker
GRANT UPDATE ON change_party TO xueji_worker	GRANT UPDATE ON change_party TO xueji_worker
GRANT UPDATE ON double_search TO xueji_worker	GRANT UPDATE ON double_search TO xueji_worker
GRANT UPDATE ON guardian TO xueji_worker	GRANT UPDATE ON guardian TO xueji_worker
GRANT UPDATE ON handover TO xueji_worker	GRANT UPDATE ON handover TO xueji_worker
GRANT UPDATE ON opinion_draft TO xueji_app	GRANT UPDATE ON opinion_draft TO xueji_app
GRANT UPDATE ON outbox TO xueji_worker	GRANT UPDATE ON outbox TO xueji_worker
GRANT UPDATE ON roster TO xueji_worker	GRANT UPDATE ON roster TO xueji_worker
GRANT UPDATE ON roster_row TO xueji_worker	GRANT UPDATE ON roster_row TO xueji_worker
GRANT UPDATE ON school_class TO xueji_worker	GRANT UPDATE ON school_class TO xueji_worker
GRANT UPDATE ON school_grade TO xueji_app	GRANT UPDATE ON school_grade TO xueji_app
GRANT UPDATE ON slip TO xueji_worker	GRANT UPDATE ON slip TO xueji_worker
GRANT UPDATE ON step TO xueji_worker	GRANT UPDATE ON step TO xueji_worker
GRANT UPDATE ON student TO xueji_worker	GRANT UPDATE ON student TO xueji_worker
GRANT UPDATE ON student_problem TO xueji_worker	GRANT UPDATE ON student_problem TO xueji_worker
GRANT UPDATE ON suspension TO xueji_worker	GRANT UPDATE ON suspension TO xueji_worker
GRANT UPDATE ON task TO xueji_worker	GRANT UPDATE ON task TO xueji_worker
GRANT UPDATE ON tidying TO xueji_worker	GRANT UPDATE ON tidying TO xueji_worker
GRANT UPDATE ON webhook_delivery TO xueji_worker	GRANT UPDATE ON webhook_delivery TO xueji_worker
GRANT UPDATE ON webhook_endpoint TO xueji_worker	GRANT UPDATE ON webhook_endpoint TO xueji_worker
GRANT UPDATE ON worker_beat TO xueji_worker	GRANT UPDATE ON worker_beat TO xueji_worker
GRANT USAGE ON SEQUENCE change_case_no TO xueji_app	GRANT USAGE ON SEQUENCE change_case_no TO xueji_app
GRANT INSERT (account_id) ON batch_request TO xueji_app	GRANT INSERT (account_id) ON batch_request TO xueji_app
GRANT INSERT (account_id) ON enrolment_deferral TO xueji_app	GRANT INSERT (account_id) ON enrolment_deferral TO xueji_app
GRANT INSERT (account_id) ON job_word TO xueji_app	GRANT INSERT (account_id) ON job_word TO xueji_app
GRANT INSERT (account_id) ON notice TO xueji_app	GRANT INSERT (account_id) ON notice TO xueji_app
GRANT INSERT (account_id) ON slip TO xueji_app	GRANT INSERT (account_id) ON slip TO xueji_app
GRANT INSERT (account_id) ON student_history TO xueji_app	GRANT INSERT (account_id) ON student_history TO xueji_app
GRANT INSERT (add_hash) ON policy TO xueji_app	GRANT INSERT (add_hash) ON policy TO xueji_app
GRANT INSERT (add_hash) ON workday_year TO xueji_app	GRANT INSERT (add_hash) ON workday_year TO xueji_app
GRANT INSERT (add_hash) ON workday_year TO xueji_worker	GRANT INSERT (add_hash) ON workday_year TO xueji_worker
GRANT INSERT (add_key) ON policy TO xueji_app	GRANT INSERT (add_key) ON policy TO xueji_app
GRANT INSERT (add_key) ON workday_year TO xueji_app	GRANT INSERT (add_key) ON workday_year TO xueji_app
GRANT INSERT (add_key) ON workday_year TO xueji_worker	GRANT INSERT (add_key) ON workday_year TO xueji_worker
GRANT INSERT (after) ON student_history TO xueji_app	GRANT INSERT (after) ON student_history TO xueji_app
GRANT INSERT (after_id) ON year_turn_part TO xueji_app	GRANT INSERT (after_id) ON year_turn_part TO xueji_app
GRANT INSERT (author_id) ON policy TO xueji_app	GRANT INSERT (author_id) ON policy TO xueji_app
GRANT INSERT (author_id) ON workday_year TO xueji_app	GRANT INSERT (author_id) ON workday_year TO xueji_app
GRANT INSERT (author_id) ON workday_year TO xueji_worker	GRANT INSERT (author_id) ON workday_year TO xueji_worker
GRANT INSERT (before) ON student_history TO xueji_app	GRANT INSERT (before) ON student_history TO xueji_app
GRANT INSERT (blob_key) ON roster TO xueji_app	GRANT INSERT (blob_key) ON roster TO xueji_app
GRANT INSERT (body) ON policy TO xueji_app	GRANT INSERT (body) ON policy TO xueji_app
GRANT INSERT (body) ON slip TO xueji_app	GRANT INSERT (body) ON slip TO xueji_app
GRANT INSERT (body_hash) ON batch_request TO xueji_app	GRANT INSERT (body_hash) ON batch_request TO xueji_app
GRANT INSERT (body_hash) ON slip TO xueji_app	GRANT INSERT (body_hash) ON slip TO xueji_app
GRANT INSERT (case_no) ON job TO xueji_app	GRANT INSERT (case_no) ON job TO xueji_app
GRANT INSERT (change_id) ON admission TO xueji_app	GRANT INSERT (change_id) ON admission TO xueji_app
GRANT INSERT (change_id) ON change_line TO xueji_app	GRANT INSERT (change_id) ON change_line TO xueji_app
GRANT INSERT (change_id) ON graduation_line TO xueji_app	GRANT INSERT (change_id) ON graduation_line TO xueji_app
GRANT INSERT (change_id) ON job TO xueji_app	GRANT INSERT (change_id) ON job TO xueji_app
GRANT INSERT (change_id) ON notice TO xueji_app	GRANT INSERT (change_id) ON notice TO xueji_app
GRANT INSERT (change_id) ON placing_line TO xueji_app	GRANT INSERT (change_id) ON placing_line TO xueji_app
GRANT INSERT (change_id) ON schooling_length TO xueji_worker	GRANT INSERT (change_id) ON schooling_length TO xueji_worker
GRANT INSERT (change_id) ON slip TO xueji_app	GRANT INSERT (change_id) ON slip TO xueji_app
GRANT INSERT (class_id) ON change_line TO xueji_app	GRANT INSERT (class_id) ON change_line TO xueji_app
GRANT INSERT (class_id) ON placing_line TO xueji_app	GRANT INSERT (class_id) ON placing_line TO xueji_app
GRANT INSERT (class_id) ON received_child TO xueji_app	GRANT INSERT (class_id) ON received_child TO xueji_app
GRANT INSERT (class_name) ON change_line TO xueji_app	GRANT INSERT (class_name) ON change_line TO xueji_app
GRANT INSERT (class_name) ON graduation_line TO xueji_app	GRANT INSERT (class_name) ON graduation_line TO xueji_app
GRANT INSERT (class_name) ON placing_line TO xueji_app	GRANT INSERT (class_name) ON placing_line TO xueji_app
GRANT INSERT (comment) ON policy TO xueji_app	GRANT INSERT (comment) ON policy TO xueji_app
GRANT INSERT (comment) ON workday_year TO xueji_app	GRANT INSERT (comment) ON workday_year TO xueji_app
GRANT INSERT (comment) ON workday_year TO xueji_worker	GRANT INSERT (comment) ON workday_year TO xueji_worker
GRANT INSERT (conclusion) ON graduation_line TO xueji_app	GRANT INSERT (conclusion) ON graduation_line TO xueji_app
GRANT INSERT (created_at) ON batch_request TO xueji_app	GRANT INSERT (created_at) ON batch_request TO xueji_app
GRANT INSERT (created_at) ON job TO xueji_app	GRANT INSERT (created_at) ON job TO xueji_app
GRANT INSERT (created_at) ON job_word TO xueji_app	GRANT INSERT (created_at) ON job_word TO xueji_app
GRANT INSERT (created_at) ON notice TO xueji_app	GRANT INSERT (created_at) ON notice TO xueji_app
GRANT INSERT (created_at) ON policy TO xueji_app	GRANT INSERT (created_at) ON policy TO xueji_app
GRANT INSERT (created_at) ON roster TO xueji_app	GRANT INSERT (created_at) ON roster TO xueji_app
GRANT INSERT (created_at) ON slip TO xueji_app	GRANT INSERT (created_at) ON slip TO xueji_app
GRANT INSERT (created_at) ON webhook_delivery TO xueji_app	GRANT INSERT (created_at) ON webhook_delivery TO xueji_app
GRANT INSERT (created_at) ON workday_year TO xueji_app	GRANT INSERT (created_at) ON workday_year TO xueji_app
GRANT INSERT (created_at) ON workday_year TO xueji_worker	GRANT INSERT (created_at) ON workday_year TO xueji_worker
GRANT INSERT (created_at) ON year_turn TO xueji_app	GRANT INSERT (created_at) ON year_turn TO xueji_app
GRANT INSERT (created_by) ON roster TO xueji_app	GRANT INSERT (created_by) ON roster TO xueji_app
GRANT INSERT (days) ON workday_year TO xueji_app	GRANT INSERT (days) ON workday_year TO xueji_app
GRANT INSERT (days) ON workday_year TO xueji_worker	GRANT INSERT (days) ON workday_year TO xueji_worker
GRANT INSERT (decided_at) ON schooling_length TO xueji_worker	GRANT INSERT (decided_at) ON schooling_length TO xueji_worker
GRANT INSERT (decided_on) ON punishment TO xueji_app	GRANT INSERT (decided_on) ON punishment TO xueji_app
GRANT INSERT (document_no) ON punishment TO xueji_app	GRANT INSERT (document_no) ON punishment TO xueji_app
GRANT INSERT (dry) ON year_turn TO xueji_app	GRANT INSERT (dry) ON year_turn TO xueji_app
GRANT INSERT (effective_on) ON job TO xueji_app	GRANT INSERT (effective_on) ON job TO xueji_app
GRANT INSERT (effective_on) ON student_history TO xueji_app	GRANT INSERT (effective_on) ON student_history TO xueji_app
GRANT INSERT (endpoint_id) ON webhook_delivery TO xueji_app	GRANT INSERT (endpoint_id) ON webhook_delivery TO xueji_app
GRANT INSERT (entered_at) ON received_child TO xueji_app	GRANT INSERT (entered_at) ON received_child TO xueji_app
GRANT INSERT (entered_by) ON received_child TO xueji_app	GRANT INSERT (entered_by) ON received_child TO xueji_app
GRANT INSERT (entry_hash) ON received_child TO xueji_app	GRANT INSERT (entry_hash) ON received_child TO xueji_app
GRANT INSERT (entry_key) ON received_child TO xueji_app	GRANT INSERT (entry_key) ON received_child TO xueji_app
GRANT INSERT (entry_year) ON admission TO xueji_app	GRANT INSERT (entry_year) ON admission TO xueji_app
GRANT INSERT (file_name) ON roster TO xueji_app	GRANT INSERT (file_name) ON roster TO xueji_app
GRANT INSERT (file_sha256) ON roster TO xueji_app	GRANT INSERT (file_sha256) ON roster TO xueji_app
GRANT INSERT (file_size) ON roster TO xueji_app	GRANT INSERT (file_size) ON roster TO xueji_app
GRANT INSERT (filed_by) ON job TO xueji_app	GRANT INSERT (filed_by) ON job TO xueji_app
GRANT INSERT (filed_by) ON year_turn TO xueji_app	GRANT INSERT (filed_by) ON year_turn TO xueji_app
GRANT INSERT (first_from) ON school_year TO xueji_app	GRANT INSERT (first_from) ON school_year TO xueji_app
GRANT INSERT (first_no) ON job_part TO xueji_app	GRANT INSERT (first_no) ON job_part TO xueji_app
GRANT INSERT (first_to) ON school_year TO xueji_app	GRANT INSERT (first_to) ON school_year TO xueji_app
GRANT INSERT (from_class) ON placing_line TO xueji_app	GRANT INSERT (from_class) ON placing_line TO xueji_app
GRANT INSERT (from_entry_year) ON admission TO xueji_app	GRANT INSERT (from_entry_year) ON admission TO xueji_app
GRANT INSERT (from_name) ON placing_line TO xueji_app	GRANT INSERT (from_name) ON placing_line TO xueji_app
GRANT INSERT (from_school) ON admission TO xueji_app	GRANT INSERT (from_school) ON admission TO xueji_app
GRANT INSERT (from_school) ON received_child TO xueji_app	GRANT INSERT (from_school) ON received_child TO xueji_app
GRANT INSERT (from_stage) ON admission TO xueji_app	GRANT INSERT (from_stage) ON admission TO xueji_app
GRANT INSERT (from_year) ON schooling_length TO xueji_worker	GRANT INSERT (from_year) ON schooling_length TO xueji_worker
GRANT INSERT (grade) ON received_child TO xueji_app	GRANT INSERT (grade) ON received_child TO xueji_app
GRANT INSERT (graduated_on) ON admission TO xueji_app	GRANT INSERT (graduated_on) ON admission TO xueji_app
GRANT INSERT (id) ON enrolment_deferral TO xueji_app	GRANT INSERT (id) ON enrolment_deferral TO xueji_app
GRANT INSERT (id) ON job TO xueji_app	GRANT INSERT (id) ON job TO xueji_app
GRANT INSERT (id) ON job_word TO xueji_app	GRANT INSERT (id) ON job_word TO xueji_app
GRANT INSERT (id) ON notice TO xueji_app	GRANT INSERT (id) ON notice TO xueji_app
GRANT INSERT (id) ON punishment TO xueji_app	GRANT INSERT (id) ON punishment TO xueji_app
GRANT INSERT (id) ON received_child TO xueji_app	GRANT INSERT (id) ON received_child TO xueji_app
GRANT INSERT (id) ON roster TO xueji_app	GRANT INSERT (id) ON roster TO xueji_app
GRANT INSERT (id) ON slip TO xueji_app	GRANT INSERT (id) ON slip TO xueji_app
GRANT INSERT (id) ON student_history TO xueji_app	GRANT INSERT (id) ON student_history TO xueji_app
GRANT INSERT (id) ON webhook_delivery TO xueji_app	GRANT INSERT (id) ON webhook_delivery TO xueji_app
GRANT INSERT (id) ON year_turn TO xueji_app	GRANT INSERT (id) ON year_turn TO xueji_app
GRANT INSERT (idempotency_key) ON roster TO xueji_app	GRANT INSERT (idempotency_key) ON roster TO xueji_app
GRANT INSERT (idempotency_key) ON year_turn TO xueji_app	GRANT INSERT (idempotency_key) ON year_turn TO xueji_app
GRANT INSERT (job_id) ON job_part TO xueji_app	GRANT INSERT (job_id) ON job_part TO xueji_app
GRANT INSERT (job_id) ON job_word TO xueji_app	GRANT INSERT (job_id) ON job_word TO xueji_app
GRANT INSERT (key) ON batch_request TO xueji_app	GRANT INSERT (key) ON batch_request TO xueji_app
GRANT INSERT (key) ON slip TO xueji_app	GRANT INSERT (key) ON slip TO xueji_app
GRANT INSERT (key_hash) ON year_turn TO xueji_app	GRANT INSERT (key_hash) ON year_turn TO xueji_app
GRANT INSERT (kind) ON job TO xueji_app	GRANT INSERT (kind) ON job TO xueji_app
GRANT INSERT (kind) ON notice TO xueji_app	GRANT INSERT (kind) ON notice TO xueji_app
GRANT INSERT (kind) ON student_history TO xueji_app	GRANT INSERT (kind) ON student_history TO xueji_app
GRANT INSERT (last_id) ON year_turn_part TO xueji_app	GRANT INSERT (last_id) ON year_turn_part TO xueji_app
GRANT INSERT (last_no) ON job_part TO xueji_app	GRANT INSERT (last_no) ON job_part TO xueji_app
GRANT INSERT (level) ON punishment TO xueji_app	GRANT INSERT (level) ON punishment TO xueji_app
GRANT INSERT (line_no) ON admission TO xueji_app	GRANT INSERT (line_no) ON admission TO xueji_app
GRANT INSERT (line_no) ON change_line TO xueji_app	GRANT INSERT (line_no) ON change_line TO xueji_app
GRANT INSERT (line_no) ON graduation_line TO xueji_app	GRANT INSERT (line_no) ON graduation_line TO xueji_app
GRANT INSERT (line_no) ON placing_line TO xueji_app	GRANT INSERT (line_no) ON placing_line TO xueji_app
GRANT INSERT (name_cipher) ON received_child TO xueji_app	GRANT INSERT (name_cipher) ON received_child TO xueji_app
GRANT INSERT (next_attempt_at) ON webhook_delivery TO xueji_app	GRANT INSERT (next_attempt_at) ON webhook_delivery TO xueji_app
GRANT INSERT (no) ON job_part TO xueji_app	GRANT INSERT (no) ON job_part TO xueji_app
GRANT INSERT (no) ON year_turn_part TO xueji_app	GRANT INSERT (no) ON year_turn_part TO xueji_app
GRANT INSERT (occasion) ON notice TO xueji_app	GRANT INSERT (occasion) ON notice TO xueji_app
GRANT INSERT (office_id) ON slip TO xueji_app	GRANT INSERT (office_id) ON slip TO xueji_app
GRANT INSERT (operation) ON batch_request TO xueji_app	GRANT INSERT (operation) ON batch_request TO xueji_app
GRANT INSERT (opinion) ON slip TO xueji_app	GRANT INSERT (opinion) ON slip TO xueji_app
GRANT INSERT (org_id) ON job TO xueji_app	GRANT INSERT (org_id) ON job TO xueji_app
GRANT INSERT (org_id) ON notice TO xueji_app	GRANT INSERT (org_id) ON notice TO xueji_app
GRANT INSERT (org_id) ON year_turn TO xueji_app	GRANT INSERT (org_id) ON year_turn TO xueji_app
GRANT INSERT (org_path) ON enrolment_plan TO xueji_app	GRANT INSERT (org_path) ON enrolment_plan TO xueji_app
GRANT INSERT (org_path) ON job TO xueji_app	GRANT INSERT (org_path) ON job TO xueji_app
GRANT INSERT (org_path) ON job_part TO xueji_app	GRANT INSERT (org_path) ON job_part TO xueji_app
GRANT INSERT (org_path) ON job_word TO xueji_app	GRANT INSERT (org_path) ON job_word TO xueji_app
GRANT INSERT (org_path) ON notice TO xueji_app	GRANT INSERT (org_path) ON notice TO xueji_app
GRANT INSERT (org_path) ON punishment TO xueji_app	GRANT INSERT (org_path) ON punishment TO xueji_app
GRANT INSERT (org_path) ON received_child TO xueji_app	GRANT INSERT (org_path) ON received_child TO xueji_app
GRANT INSERT (org_path) ON roster TO xueji_app	GRANT INSERT (org_path) ON roster TO xueji_app
GRANT INSERT (org_path) ON student_history TO xueji_app	GRANT INSERT (org_path) ON student_history TO xueji_app
GRANT INSERT (org_path) ON year_turn TO xueji_app	GRANT INSERT (org_path) ON year_turn TO xueji_app
GRANT INSERT (org_path) ON year_turn_part TO xueji_app	GRANT INSERT (org_path) ON year_turn_part TO xueji_app
GRANT INSERT (plan_year) ON admission TO xueji_app	GRANT INSERT (plan_year) ON admission TO xueji_app
GRANT INSERT (plan_year) ON enrolment_deferral TO xueji_app	GRANT INSERT (plan_year) ON enrolment_deferral TO xueji_app
GRANT INSERT (progress_at) ON roster TO xueji_app	GRANT INSERT (progress_at) ON roster TO xueji_app
GRANT INSERT (province_code) ON job TO xueji_app	GRANT INSERT (province_code) ON job TO xueji_app
GRANT INSERT (province_code) ON policy TO xueji_app	GRANT INSERT (province_code) ON policy TO xueji_app
GRANT INSERT (province_code) ON school_year TO xueji_app	GRANT INSERT (province_code) ON school_year TO xueji_app
GRANT INSERT (province_code) ON year_turn TO xueji_app	GRANT INSERT (province_code) ON year_turn TO xueji_app
GRANT INSERT (reason) ON enrolment_deferral TO xueji_app	GRANT INSERT (reason) ON enrolment_deferral TO xueji_app
GRANT INSERT (reason) ON student_history TO xueji_app	GRANT INSERT (reason) ON student_history TO xueji_app
GRANT INSERT (reason_code) ON enrolment_deferral TO xueji_app	GRANT INSERT (reason_code) ON enrolment_deferral TO xueji_app
GRANT INSERT (received_on) ON received_child TO xueji_app	GRANT INSERT (received_on) ON received_child TO xueji_app
GRANT INSERT (record_hash) ON enrolment_deferral TO xueji_app	GRANT INSERT (record_hash) ON enrolment_deferral TO xueji_app
GRANT INSERT (record_hash) ON punishment TO xueji_app	GRANT INSERT (record_hash) ON punishment TO xueji_app
GRANT INSERT (record_key) ON enrolment_deferral TO xueji_app	GRANT INSERT (record_key) ON enrolment_deferral TO xueji_app
GRANT INSERT (record_key) ON punishment TO xueji_app	GRANT INSERT (record_key) ON punishment TO xueji_app
GRANT INSERT (recorded_at) ON enrolment_deferral TO xueji_app	GRANT INSERT (recorded_at) ON enrolment_deferral TO xueji_app
GRANT INSERT (recorded_at) ON punishment TO xueji_app	GRANT INSERT (recorded_at) ON punishment TO xueji_app
GRANT INSERT (recorded_at) ON student_history TO xueji_app	GRANT INSERT (recorded_at) ON student_history TO xueji_app
GRANT INSERT (recorded_by) ON punishment TO xueji_app	GRANT INSERT (recorded_by) ON punishment TO xueji_app
GRANT INSERT (remaining) ON batch_request TO xueji_app	GRANT INSERT (remaining) ON batch_request TO xueji_app
GRANT INSERT (role) ON notice TO xueji_app	GRANT INSERT (role) ON notice TO xueji_app
GRANT INSERT (round) ON notice TO xueji_app	GRANT INSERT (round) ON notice TO xueji_app
GRANT INSERT (round) ON slip TO xueji_app	GRANT INSERT (round) ON slip TO xueji_app
GRANT INSERT (rows) ON job_part TO xueji_app	GRANT INSERT (rows) ON job_part TO xueji_app
GRANT INSERT (school_id) ON admission TO xueji_app	GRANT INSERT (school_id) ON admission TO xueji_app
GRANT INSERT (school_id) ON enrolment_plan TO xueji_app	GRANT INSERT (school_id) ON enrolment_plan TO xueji_app
GRANT INSERT (school_id) ON graduation_line TO xueji_app	GRANT INSERT (school_id) ON graduation_line TO xueji_app
GRANT INSERT (school_id) ON received_child TO xueji_app	GRANT INSERT (school_id) ON received_child TO xueji_app
GRANT INSERT (school_id) ON roster TO xueji_app	GRANT INSERT (school_id) ON roster TO xueji_app
GRANT INSERT (school_id) ON schooling_length TO xueji_worker	GRANT INSERT (school_id) ON schooling_length TO xueji_worker
GRANT INSERT (school_year) ON year_turn TO xueji_app	GRANT INSERT (school_year) ON year_turn TO xueji_app
GRANT INSERT (second_from) ON school_year TO xueji_app	GRANT INSERT (second_from) ON school_year TO xueji_app
GRANT INSERT (second_to) ON school_year TO xueji_app	GRANT INSERT (second_to) ON school_year TO xueji_app
GRANT INSERT (set_at) ON enrolment_plan TO xueji_app	GRANT INSERT (set_at) ON enrolment_plan TO xueji_app
GRANT INSERT (set_at) ON school_year TO xueji_app	GRANT INSERT (set_at) ON school_year TO xueji_app
GRANT INSERT (set_by) ON enrolment_plan TO xueji_app	GRANT INSERT (set_by) ON enrolment_plan TO xueji_app
GRANT INSERT (set_by) ON school_year TO xueji_app	GRANT INSERT (set_by) ON school_year TO xueji_app
GRANT INSERT (sheet_row) ON admission TO xueji_app	GRANT INSERT (sheet_row) ON admission TO xueji_app
GRANT INSERT (size) ON enrolment_plan TO xueji_app	GRANT INSERT (size) ON enrolment_plan TO xueji_app
GRANT INSERT (stage) ON admission TO xueji_app	GRANT INSERT (stage) ON admission TO xueji_app
GRANT INSERT (stage) ON enrolment_plan TO xueji_app	GRANT INSERT (stage) ON enrolment_plan TO xueji_app
GRANT INSERT (stage) ON graduation_line TO xueji_app	GRANT INSERT (stage) ON graduation_line TO xueji_app
GRANT INSERT (stage) ON received_child TO xueji_app	GRANT INSERT (stage) ON received_child TO xueji_app
GRANT INSERT (stage) ON schooling_length TO xueji_worker	GRANT INSERT (stage) ON schooling_length TO xueji_worker
GRANT INSERT (state) ON roster TO xueji_app	GRANT INSERT (state) ON roster TO xueji_app
GRANT INSERT (step_no) ON notice TO xueji_app	GRANT INSERT (step_no) ON notice TO xueji_app
GRANT INSERT (step_no) ON slip TO xueji_app	GRANT INSERT (step_no) ON slip TO xueji_app
GRANT INSERT (student_id) ON admission TO xueji_app	GRANT INSERT (student_id) ON admission TO xueji_app
GRANT INSERT (student_id) ON change_line TO xueji_app	GRANT INSERT (student_id) ON change_line TO xueji_app
GRANT INSERT (student_id) ON enrolment_deferral TO xueji_app	GRANT INSERT (student_id) ON enrolment_deferral TO xueji_app
GRANT INSERT (student_id) ON graduation_line TO xueji_app	GRANT INSERT (student_id) ON graduation_line TO xueji_app
GRANT INSERT (student_id) ON placing_line TO xueji_app	GRANT INSERT (student_id) ON placing_line TO xueji_app
GRANT INSERT (student_id) ON punishment TO xueji_app	GRANT INSERT (student_id) ON punishment TO xueji_app
GRANT INSERT (student_id) ON student_history TO xueji_app	GRANT INSERT (student_id) ON student_history TO xueji_app
GRANT INSERT (subject) ON admission TO xueji_app	GRANT INSERT (subject) ON admission TO xueji_app
GRANT INSERT (subject) ON change_line TO xueji_app	GRANT INSERT (subject) ON change_line TO xueji_app
GRANT INSERT (subject) ON graduation_line TO xueji_app	GRANT INSERT (subject) ON graduation_line TO xueji_app
GRANT INSERT (subject) ON placing_line TO xueji_app	GRANT INSERT (subject) ON placing_line TO xueji_app
GRANT INSERT (subject_id) ON job TO xueji_app	GRANT INSERT (subject_id) ON job TO xueji_app
GRANT INSERT (task_id) ON slip TO xueji_app	GRANT INSERT (task_id) ON slip TO xueji_app
GRANT INSERT (tasks) ON batch_request TO xueji_app	GRANT INSERT (tasks) ON batch_request TO xueji_app
GRANT INSERT (turn_id) ON year_turn_part TO xueji_app	GRANT INSERT (turn_id) ON year_turn_part TO xueji_app
GRANT INSERT (until_year) ON enrolment_deferral TO xueji_app	GRANT INSERT (until_year) ON enrolment_deferral TO xueji_app
GRANT INSERT (valid_from) ON policy TO xueji_app	GRANT INSERT (valid_from) ON policy TO xueji_app
GRANT INSERT (verb) ON job_word TO xueji_app	GRANT INSERT (verb) ON job_word TO xueji_app
GRANT INSERT (verb) ON slip TO xueji_app	GRANT INSERT (verb) ON slip TO xueji_app
GRANT INSERT (version) ON policy TO xueji_app	GRANT INSERT (version) ON policy TO xueji_app
GRANT INSERT (version) ON workday_year TO xueji_app	GRANT INSERT (version) ON workday_year TO xueji_app
GRANT INSERT (version) ON workday_year TO xueji_worker	GRANT INSERT (version) ON workday_year TO xueji_worker
GRANT INSERT (year) ON enrolment_plan TO xueji_app	GRANT INSERT (year) ON enrolment_plan TO xueji_app
GRANT INSERT (year) ON graduation_line TO xueji_app	GRANT INSERT (year) ON graduation_line TO xueji_app
GRANT INSERT (year) ON school_year TO xueji_app	GRANT INSERT (year) ON school_year TO xueji_app
GRANT INSERT (year) ON workday_year TO xueji_app	GRANT INSERT (year) ON workday_year TO xueji_app
GRANT INSERT (year) ON workday_year TO xueji_worker	GRANT INSERT (year) ON workday_year TO xueji_worker
GRANT INSERT (years) ON schooling_length TO xueji_worker	GRANT INSERT (years) ON schooling_length TO xueji_worker
GRANT SELECT (account_id) ON filing_draft TO xueji_worker	GRANT SELECT (account_id) ON filing_draft TO xueji_worker
GRANT SELECT (account_id) ON session TO xueji_app	GRANT SELECT (account_id) ON session TO xueji_app
GRANT SELECT (account_id) ON session TO xueji_worker	GRANT SELECT (account_id) ON session TO xueji_worker
GRANT SELECT (closed_at) ON account TO xueji_app	GRANT SELECT (closed_at) ON account TO xueji_app
GRANT SELECT (closed_at) ON account TO xueji_worker	GRANT SELECT (closed_at) ON account TO xueji_worker
GRANT SELECT (created_at) ON account TO xueji_app	GRANT SELECT (created_at) ON account TO xueji_app
GRANT SELECT (created_at) ON account TO xueji_worker	GRANT SELECT (created_at) ON account TO xueji_worker
GRANT SELECT (created_at) ON session TO xueji_app	GRANT SELECT (created_at) ON session TO xueji_app
GRANT SELECT (created_at) ON session TO xueji_worker	GRANT SELECT (created_at) ON session TO xueji_worker
GRANT SELECT (created_by) ON account TO xueji_app	GRANT SELECT (created_by) ON account TO xueji_app
GRANT SELECT (created_by) ON account TO xueji_worker	GRANT SELECT (created_by) ON account TO xueji_worker
GRANT SELECT (endpoint_id) ON webhook_secret TO xueji_app	GRANT SELECT (endpoint_id) ON webhook_secret TO xueji_app
GRANT SELECT (expires_at) ON session TO xueji_app	GRANT SELECT (expires_at) ON session TO xueji_app
GRANT SELECT (expires_at) ON session TO xueji_worker	GRANT SELECT (expires_at) ON session TO xueji_worker
GRANT SELECT (id) ON account TO xueji_app	GRANT SELECT (id) ON account TO xueji_app
GRANT SELECT (id) ON account TO xueji_worker	GRANT SELECT (id) ON account TO xueji_worker
GRANT SELECT (id) ON filing_draft TO xueji_worker	GRANT SELECT (id) ON filing_draft TO xueji_worker
GRANT SELECT (id) ON session TO xueji_app	GRANT SELECT (id) ON session TO xueji_app
GRANT SELECT (id) ON session TO xueji_worker	GRANT SELECT (id) ON session TO xueji_worker
GRANT SELECT (id) ON webhook_secret TO xueji_app	GRANT SELECT (id) ON webhook_secret TO xueji_app
GRANT SELECT (kind) ON session TO xueji_app	GRANT SELECT (kind) ON session TO xueji_app
GRANT SELECT (kind) ON session TO xueji_worker	GRANT SELECT (kind) ON session TO xueji_worker
GRANT SELECT (last_used_at) ON account TO xueji_app	GRANT SELECT (last_used_at) ON account TO xueji_app
GRANT SELECT (last_used_at) ON account TO xueji_worker	GRANT SELECT (last_used_at) ON account TO xueji_worker
GRANT SELECT (last_used_at) ON session TO xueji_app	GRANT SELECT (last_used_at) ON session TO xueji_app
GRANT SELECT (last_used_at) ON session TO xueji_worker	GRANT SELECT (last_used_at) ON session TO xueji_worker
GRANT SELECT (login) ON account TO xueji_app	GRANT SELECT (login) ON account TO xueji_app
GRANT SELECT (login) ON account TO xueji_worker	GRANT SELECT (login) ON account TO xueji_worker
GRANT SELECT (must_change) ON account TO xueji_app	GRANT SELECT (must_change) ON account TO xueji_app
GRANT SELECT (must_change) ON account TO xueji_worker	GRANT SELECT (must_change) ON account TO xueji_worker
GRANT SELECT (name) ON account TO xueji_app	GRANT SELECT (name) ON account TO xueji_app
GRANT SELECT (name) ON account TO xueji_worker	GRANT SELECT (name) ON account TO xueji_worker
GRANT SELECT (name) ON session TO xueji_app	GRANT SELECT (name) ON session TO xueji_app
GRANT SELECT (name) ON session TO xueji_worker	GRANT SELECT (name) ON session TO xueji_worker
GRANT SELECT (org_id) ON account TO xueji_app	GRANT SELECT (org_id) ON account TO xueji_app
GRANT SELECT (org_id) ON account TO xueji_worker	GRANT SELECT (org_id) ON account TO xueji_worker
GRANT SELECT (org_path) ON account TO xueji_app	GRANT SELECT (org_path) ON account TO xueji_app
GRANT SELECT (org_path) ON account TO xueji_worker	GRANT SELECT (org_path) ON account TO xueji_worker
GRANT SELECT (password_set_at) ON account TO xueji_app	GRANT SELECT (password_set_at) ON account TO xueji_app
GRANT SELECT (password_set_at) ON account TO xueji_worker	GRANT SELECT (password_set_at) ON account TO xueji_worker
GRANT SELECT (revoked_at) ON session TO xueji_app	GRANT SELECT (revoked_at) ON session TO xueji_app
GRANT SELECT (revoked_at) ON session TO xueji_worker	GRANT SELECT (revoked_at) ON session TO xueji_worker
GRANT SELECT (roles) ON account TO xueji_app	GRANT SELECT (roles) ON account TO xueji_app
GRANT SELECT (roles) ON account TO xueji_worker	GRANT SELECT (roles) ON account TO xueji_worker
GRANT SELECT (roles) ON session TO xueji_app	GRANT SELECT (roles) ON session TO xueji_app
GRANT SELECT (roles) ON session TO xueji_worker	GRANT SELECT (roles) ON session TO xueji_worker
GRANT SELECT (saved_at) ON filing_draft TO xueji_worker	GRANT SELECT (saved_at) ON filing_draft TO xueji_worker
GRANT SELECT (sealed_at) ON account TO xueji_app	GRANT SELECT (sealed_at) ON account TO xueji_app
GRANT SELECT (sealed_at) ON account TO xueji_worker	GRANT SELECT (sealed_at) ON account TO xueji_worker
GRANT SELECT (until_at) ON webhook_secret TO xueji_app	GRANT SELECT (until_at) ON webhook_secret TO xueji_app
GRANT SELECT (version) ON account TO xueji_app	GRANT SELECT (version) ON account TO xueji_app
GRANT SELECT (version) ON account TO xueji_worker	GRANT SELECT (version) ON account TO xueji_worker
GRANT UPDATE (address) ON guardian TO xueji_app	GRANT UPDATE (address) ON guardian TO xueji_app
GRANT UPDATE (attempt) ON roster TO xueji_app	GRANT UPDATE (attempt) ON roster TO xueji_app
GRANT UPDATE (attempts) ON webhook_delivery TO xueji_app	GRANT UPDATE (attempts) ON webhook_delivery TO xueji_app
GRANT UPDATE (birth_division) ON student TO xueji_app	GRANT UPDATE (birth_division) ON student TO xueji_app
GRANT UPDATE (boarding_subsidy) ON student TO xueji_app	GRANT UPDATE (boarding_subsidy) ON student TO xueji_app
GRANT UPDATE (body) ON filing_draft TO xueji_app	GRANT UPDATE (body) ON filing_draft TO xueji_app
GRANT UPDATE (came) ON check_in TO xueji_app	GRANT UPDATE (came) ON check_in TO xueji_app
GRANT UPDATE (cancel_document_no) ON punishment TO xueji_app	GRANT UPDATE (cancel_document_no) ON punishment TO xueji_app
GRANT UPDATE (cancel_hash) ON punishment TO xueji_app	GRANT UPDATE (cancel_hash) ON punishment TO xueji_app
GRANT UPDATE (cancel_key) ON punishment TO xueji_app	GRANT UPDATE (cancel_key) ON punishment TO xueji_app
GRANT UPDATE (cancelled_at) ON enrolment_deferral TO xueji_app	GRANT UPDATE (cancelled_at) ON enrolment_deferral TO xueji_app
GRANT UPDATE (cancelled_at) ON punishment TO xueji_app	GRANT UPDATE (cancelled_at) ON punishment TO xueji_app
GRANT UPDATE (cancelled_by) ON enrolment_deferral TO xueji_app	GRANT UPDATE (cancelled_by) ON enrolment_deferral TO xueji_app
GRANT UPDATE (cancelled_by) ON punishment TO xueji_app	GRANT UPDATE (cancelled_by) ON punishment TO xueji_app
GRANT UPDATE (cancelled_on) ON punishment TO xueji_app	GRANT UPDATE (cancelled_on) ON punishment TO xueji_app
GRANT UPDATE (capacity) ON school_class TO xueji_app	GRANT UPDATE (capacity) ON school_class TO xueji_app
GRANT UPDATE (change_id) ON roster TO xueji_app	GRANT UPDATE (change_id) ON roster TO xueji_app
GRANT UPDATE (change_id) ON schooling_length TO xueji_worker	GRANT UPDATE (change_id) ON schooling_length TO xueji_worker
GRANT UPDATE (checked_at) ON roster TO xueji_app	GRANT UPDATE (checked_at) ON roster TO xueji_app
GRANT UPDATE (class_id) ON check_in TO xueji_app	GRANT UPDATE (class_id) ON check_in TO xueji_app
GRANT UPDATE (closed_at) ON account TO xueji_app	GRANT UPDATE (closed_at) ON account TO xueji_app
GRANT UPDATE (closed_at) ON account TO xueji_worker	GRANT UPDATE (closed_at) ON account TO xueji_worker
GRANT UPDATE (closed_at) ON organisation TO xueji_app	GRANT UPDATE (closed_at) ON organisation TO xueji_app
GRANT UPDATE (closed_at) ON organisation TO xueji_worker	GRANT UPDATE (closed_at) ON organisation TO xueji_worker
GRANT UPDATE (closed_at) ON received_child TO xueji_app	GRANT UPDATE (closed_at) ON received_child TO xueji_app
GRANT UPDATE (closed_at) ON school_class TO xueji_app	GRANT UPDATE (closed_at) ON school_class TO xueji_app
GRANT UPDATE (closed_at) ON school_grade TO xueji_worker	GRANT UPDATE (closed_at) ON school_grade TO xueji_worker
GRANT UPDATE (closed_by) ON received_child TO xueji_app	GRANT UPDATE (closed_by) ON received_child TO xueji_app
GRANT UPDATE (code) ON admission TO xueji_worker	GRANT UPDATE (code) ON admission TO xueji_worker
GRANT UPDATE (code) ON change_line TO xueji_worker	GRANT UPDATE (code) ON change_line TO xueji_worker
GRANT UPDATE (code) ON graduation_line TO xueji_worker	GRANT UPDATE (code) ON graduation_line TO xueji_worker
GRANT UPDATE (code) ON placing_line TO xueji_worker	GRANT UPDATE (code) ON placing_line TO xueji_worker
GRANT UPDATE (dead_at) ON webhook_delivery TO xueji_app	GRANT UPDATE (dead_at) ON webhook_delivery TO xueji_app
GRANT UPDATE (decided_at) ON schooling_length TO xueji_worker	GRANT UPDATE (decided_at) ON schooling_length TO xueji_worker
GRANT UPDATE (delivered_at) ON webhook_delivery TO xueji_app	GRANT UPDATE (delivered_at) ON webhook_delivery TO xueji_app
GRANT UPDATE (details) ON student TO xueji_app	GRANT UPDATE (details) ON student TO xueji_app
GRANT UPDATE (disability) ON student TO xueji_app	GRANT UPDATE (disability) ON student TO xueji_app
GRANT UPDATE (disabled_at) ON webhook_endpoint TO xueji_app	GRANT UPDATE (disabled_at) ON webhook_endpoint TO xueji_app
GRANT UPDATE (disabled_reason) ON webhook_endpoint TO xueji_app	GRANT UPDATE (disabled_reason) ON webhook_endpoint TO xueji_app
GRANT UPDATE (division_code) ON organisation TO xueji_app	GRANT UPDATE (division_code) ON organisation TO xueji_app
GRANT UPDATE (done_at) ON job_part TO xueji_worker	GRANT UPDATE (done_at) ON job_part TO xueji_worker
GRANT UPDATE (employer) ON guardian TO xueji_app	GRANT UPDATE (employer) ON guardian TO xueji_app
GRANT UPDATE (ended_at) ON certificate TO xueji_app	GRANT UPDATE (ended_at) ON certificate TO xueji_app
GRANT UPDATE (ended_at) ON certificate TO xueji_worker	GRANT UPDATE (ended_at) ON certificate TO xueji_worker
GRANT UPDATE (ended_at) ON job TO xueji_worker	GRANT UPDATE (ended_at) ON job TO xueji_worker
GRANT UPDATE (entry_mode) ON student TO xueji_app	GRANT UPDATE (entry_mode) ON student TO xueji_app
GRANT UPDATE (entry_ym) ON student TO xueji_app	GRANT UPDATE (entry_ym) ON student TO xueji_app
GRANT UPDATE (ethnicity) ON guardian TO xueji_app	GRANT UPDATE (ethnicity) ON guardian TO xueji_app
GRANT UPDATE (ethnicity) ON student TO xueji_app	GRANT UPDATE (ethnicity) ON student TO xueji_app
GRANT UPDATE (failing_since) ON webhook_endpoint TO xueji_app	GRANT UPDATE (failing_since) ON webhook_endpoint TO xueji_app
GRANT UPDATE (failures) ON webhook_endpoint TO xueji_app	GRANT UPDATE (failures) ON webhook_endpoint TO xueji_app
GRANT UPDATE (findings) ON roster TO xueji_app	GRANT UPDATE (findings) ON roster TO xueji_app
GRANT UPDATE (findings) ON roster_row TO xueji_app	GRANT UPDATE (findings) ON roster_row TO xueji_app
GRANT UPDATE (finished_at) ON year_turn TO xueji_worker	GRANT UPDATE (finished_at) ON year_turn TO xueji_worker
GRANT UPDATE (first_from) ON school_year TO xueji_app	GRANT UPDATE (first_from) ON school_year TO xueji_app
GRANT UPDATE (first_to) ON school_year TO xueji_app	GRANT UPDATE (first_to) ON school_year TO xueji_app
GRANT UPDATE (household_division) ON guardian TO xueji_app	GRANT UPDATE (household_division) ON guardian TO xueji_app
GRANT UPDATE (household_division) ON student TO xueji_app	GRANT UPDATE (household_division) ON student TO xueji_app
GRANT UPDATE (household_type) ON student TO xueji_app	GRANT UPDATE (household_type) ON student TO xueji_app
GRANT UPDATE (id_cipher) ON guardian TO xueji_app	GRANT UPDATE (id_cipher) ON guardian TO xueji_app
GRANT UPDATE (id_hash) ON guardian TO xueji_app	GRANT UPDATE (id_hash) ON guardian TO xueji_app
GRANT UPDATE (id_hash) ON roster_row TO xueji_app	GRANT UPDATE (id_hash) ON roster_row TO xueji_app
GRANT UPDATE (id_masked) ON guardian TO xueji_app	GRANT UPDATE (id_masked) ON guardian TO xueji_app
GRANT UPDATE (id_type) ON guardian TO xueji_app	GRANT UPDATE (id_type) ON guardian TO xueji_app
GRANT UPDATE (is_guardian) ON guardian TO xueji_app	GRANT UPDATE (is_guardian) ON guardian TO xueji_app
GRANT UPDATE (issued_by) ON certificate TO xueji_app	GRANT UPDATE (issued_by) ON certificate TO xueji_app
GRANT UPDATE (issued_on) ON certificate TO xueji_app	GRANT UPDATE (issued_on) ON certificate TO xueji_app
GRANT UPDATE (job) ON guardian TO xueji_app	GRANT UPDATE (job) ON guardian TO xueji_app
GRANT UPDATE (keys) ON likeness TO xueji_worker	GRANT UPDATE (keys) ON likeness TO xueji_worker
GRANT UPDATE (kinds) ON webhook_endpoint TO xueji_app	GRANT UPDATE (kinds) ON webhook_endpoint TO xueji_app
GRANT UPDATE (last_used_at) ON account TO xueji_app	GRANT UPDATE (last_used_at) ON account TO xueji_app
GRANT UPDATE (left_behind) ON student TO xueji_app	GRANT UPDATE (left_behind) ON student TO xueji_app
GRANT UPDATE (migrant_child) ON student TO xueji_app	GRANT UPDATE (migrant_child) ON student TO xueji_app
GRANT UPDATE (missing_since) ON check_in TO xueji_app	GRANT UPDATE (missing_since) ON check_in TO xueji_app
GRANT UPDATE (moved) ON year_turn_part TO xueji_worker	GRANT UPDATE (moved) ON year_turn_part TO xueji_worker
GRANT UPDATE (must_change) ON account TO xueji_app	GRANT UPDATE (must_change) ON account TO xueji_app
GRANT UPDATE (name) ON account TO xueji_app	GRANT UPDATE (name) ON account TO xueji_app
GRANT UPDATE (name) ON guardian TO xueji_app	GRANT UPDATE (name) ON guardian TO xueji_app
GRANT UPDATE (name) ON organisation TO xueji_app	GRANT UPDATE (name) ON organisation TO xueji_app
GRANT UPDATE (name) ON school_class TO xueji_app	GRANT UPDATE (name) ON school_class TO xueji_app
GRANT UPDATE (nationality) ON student TO xueji_app	GRANT UPDATE (nationality) ON student TO xueji_app
GRANT UPDATE (next_attempt_at) ON webhook_delivery TO xueji_app	GRANT UPDATE (next_attempt_at) ON webhook_delivery TO xueji_app
GRANT UPDATE (noted_at) ON check_in TO xueji_app	GRANT UPDATE (noted_at) ON check_in TO xueji_app
GRANT UPDATE (noted_by) ON check_in TO xueji_app	GRANT UPDATE (noted_by) ON check_in TO xueji_app
GRANT UPDATE (org_path) ON check_in TO xueji_app	GRANT UPDATE (org_path) ON check_in TO xueji_app
GRANT UPDATE (org_path) ON identity_check TO xueji_worker	GRANT UPDATE (org_path) ON identity_check TO xueji_worker
GRANT UPDATE (org_path) ON punishment TO xueji_worker	GRANT UPDATE (org_path) ON punishment TO xueji_worker
GRANT UPDATE (org_path) ON school_class TO xueji_app	GRANT UPDATE (org_path) ON school_class TO xueji_app
GRANT UPDATE (org_path) ON school_grade TO xueji_worker	GRANT UPDATE (org_path) ON school_grade TO xueji_worker
GRANT UPDATE (orphan) ON student TO xueji_app	GRANT UPDATE (orphan) ON student TO xueji_app
GRANT UPDATE (out_round) ON change_evidence TO xueji_worker	GRANT UPDATE (out_round) ON change_evidence TO xueji_worker
GRANT UPDATE (outcome) ON job_word TO xueji_worker	GRANT UPDATE (outcome) ON job_word TO xueji_worker
GRANT UPDATE (outcome) ON received_child TO xueji_app	GRANT UPDATE (outcome) ON received_child TO xueji_app
GRANT UPDATE (outside_hours) ON webhook_endpoint TO xueji_app	GRANT UPDATE (outside_hours) ON webhook_endpoint TO xueji_app
GRANT UPDATE (params) ON admission TO xueji_worker	GRANT UPDATE (params) ON admission TO xueji_worker
GRANT UPDATE (params) ON change_line TO xueji_worker	GRANT UPDATE (params) ON change_line TO xueji_worker
GRANT UPDATE (params) ON graduation_line TO xueji_worker	GRANT UPDATE (params) ON graduation_line TO xueji_worker
GRANT UPDATE (params) ON placing_line TO xueji_worker	GRANT UPDATE (params) ON placing_line TO xueji_worker
GRANT UPDATE (password_hash) ON account TO xueji_app	GRANT UPDATE (password_hash) ON account TO xueji_app
GRANT UPDATE (password_set_at) ON account TO xueji_app	GRANT UPDATE (password_set_at) ON account TO xueji_app
GRANT UPDATE (payload) ON roster_row TO xueji_app	GRANT UPDATE (payload) ON roster_row TO xueji_app
GRANT UPDATE (phone) ON guardian TO xueji_app	GRANT UPDATE (phone) ON guardian TO xueji_app
GRANT UPDATE (placed) ON admission TO xueji_worker	GRANT UPDATE (placed) ON admission TO xueji_worker
GRANT UPDATE (problem) ON job TO xueji_worker	GRANT UPDATE (problem) ON job TO xueji_worker
GRANT UPDATE (progress_at) ON roster TO xueji_app	GRANT UPDATE (progress_at) ON roster TO xueji_app
GRANT UPDATE (reason) ON admission TO xueji_worker	GRANT UPDATE (reason) ON admission TO xueji_worker
GRANT UPDATE (reason) ON certificate TO xueji_app	GRANT UPDATE (reason) ON certificate TO xueji_app
GRANT UPDATE (reason) ON certificate TO xueji_worker	GRANT UPDATE (reason) ON certificate TO xueji_worker
GRANT UPDATE (reason) ON change_line TO xueji_worker	GRANT UPDATE (reason) ON change_line TO xueji_worker
GRANT UPDATE (reason) ON check_in TO xueji_app	GRANT UPDATE (reason) ON check_in TO xueji_app
GRANT UPDATE (reason) ON graduation_line TO xueji_worker	GRANT UPDATE (reason) ON graduation_line TO xueji_worker
GRANT UPDATE (received_at) ON handover TO xueji_app	GRANT UPDATE (received_at) ON handover TO xueji_app
GRANT UPDATE (received_by) ON handover TO xueji_app	GRANT UPDATE (received_by) ON handover TO xueji_app
GRANT UPDATE (refused) ON batch_request TO xueji_app	GRANT UPDATE (refused) ON batch_request TO xueji_app
GRANT UPDATE (relation) ON guardian TO xueji_app	GRANT UPDATE (relation) ON guardian TO xueji_app
GRANT UPDATE (relation_note) ON guardian TO xueji_app	GRANT UPDATE (relation_note) ON guardian TO xueji_app
GRANT UPDATE (reported_at) ON job TO xueji_worker	GRANT UPDATE (reported_at) ON job TO xueji_worker
GRANT UPDATE (revoked_at) ON proxy TO xueji_app	GRANT UPDATE (revoked_at) ON proxy TO xueji_app
GRANT UPDATE (revoked_at) ON session TO xueji_app	GRANT UPDATE (revoked_at) ON session TO xueji_app
GRANT UPDATE (revoked_at) ON session TO xueji_worker	GRANT UPDATE (revoked_at) ON session TO xueji_worker
GRANT UPDATE (revoked_by) ON proxy TO xueji_app	GRANT UPDATE (revoked_by) ON proxy TO xueji_app
GRANT UPDATE (roles) ON account TO xueji_app	GRANT UPDATE (roles) ON account TO xueji_app
GRANT UPDATE (rows_differing) ON roster TO xueji_app	GRANT UPDATE (rows_differing) ON roster TO xueji_app
GRANT UPDATE (rows_good) ON roster TO xueji_app	GRANT UPDATE (rows_good) ON roster TO xueji_app
GRANT UPDATE (rows_present) ON roster TO xueji_app	GRANT UPDATE (rows_present) ON roster TO xueji_app
GRANT UPDATE (rows_read) ON roster TO xueji_app	GRANT UPDATE (rows_read) ON roster TO xueji_app
GRANT UPDATE (rows_rejected) ON roster TO xueji_app	GRANT UPDATE (rows_rejected) ON roster TO xueji_app
GRANT UPDATE (rows_remarked) ON roster TO xueji_app	GRANT UPDATE (rows_remarked) ON roster TO xueji_app
GRANT UPDATE (rows_skipped) ON roster TO xueji_app	GRANT UPDATE (rows_skipped) ON roster TO xueji_app
GRANT UPDATE (saved_at) ON filing_draft TO xueji_app	GRANT UPDATE (saved_at) ON filing_draft TO xueji_app
GRANT UPDATE (school_id) ON check_in TO xueji_app	GRANT UPDATE (school_id) ON check_in TO xueji_app
GRANT UPDATE (school_id) ON school_grade TO xueji_worker	GRANT UPDATE (school_id) ON school_grade TO xueji_worker
GRANT UPDATE (sealed_at) ON account TO xueji_app	GRANT UPDATE (sealed_at) ON account TO xueji_app
GRANT UPDATE (sealed_at) ON account TO xueji_worker	GRANT UPDATE (sealed_at) ON account TO xueji_worker
GRANT UPDATE (second_from) ON school_year TO xueji_app	GRANT UPDATE (second_from) ON school_year TO xueji_app
GRANT UPDATE (second_to) ON school_year TO xueji_app	GRANT UPDATE (second_to) ON school_year TO xueji_app
GRANT UPDATE (sent_at) ON handover TO xueji_app	GRANT UPDATE (sent_at) ON handover TO xueji_app
GRANT UPDATE (sent_by) ON handover TO xueji_app	GRANT UPDATE (sent_by) ON handover TO xueji_app
GRANT UPDATE (sent_how) ON handover TO xueji_app	GRANT UPDATE (sent_how) ON handover TO xueji_app
GRANT UPDATE (set_at) ON enrolment_plan TO xueji_app	GRANT UPDATE (set_at) ON enrolment_plan TO xueji_app
GRANT UPDATE (set_at) ON enrolment_plan TO xueji_worker	GRANT UPDATE (set_at) ON enrolment_plan TO xueji_worker
GRANT UPDATE (set_at) ON school_year TO xueji_app	GRANT UPDATE (set_at) ON school_year TO xueji_app
GRANT UPDATE (set_by) ON enrolment_plan TO xueji_app	GRANT UPDATE (set_by) ON enrolment_plan TO xueji_app
GRANT UPDATE (set_by) ON enrolment_plan TO xueji_worker	GRANT UPDATE (set_by) ON enrolment_plan TO xueji_worker
GRANT UPDATE (set_by) ON school_year TO xueji_app	GRANT UPDATE (set_by) ON school_year TO xueji_app
GRANT UPDATE (settled_at) ON admission TO xueji_worker	GRANT UPDATE (settled_at) ON admission TO xueji_worker
GRANT UPDATE (settled_at) ON change_line TO xueji_worker	GRANT UPDATE (settled_at) ON change_line TO xueji_worker
GRANT UPDATE (settled_at) ON graduation_line TO xueji_worker	GRANT UPDATE (settled_at) ON graduation_line TO xueji_worker
GRANT UPDATE (settled_at) ON job_word TO xueji_worker	GRANT UPDATE (settled_at) ON job_word TO xueji_worker
GRANT UPDATE (settled_at) ON placing_line TO xueji_worker	GRANT UPDATE (settled_at) ON placing_line TO xueji_worker
GRANT UPDATE (settled_by) ON admission TO xueji_worker	GRANT UPDATE (settled_by) ON admission TO xueji_worker
GRANT UPDATE (settled_by) ON change_line TO xueji_worker	GRANT UPDATE (settled_by) ON change_line TO xueji_worker
GRANT UPDATE (settled_by) ON graduation_line TO xueji_worker	GRANT UPDATE (settled_by) ON graduation_line TO xueji_worker
GRANT UPDATE (signed_by) ON certificate TO xueji_app	GRANT UPDATE (signed_by) ON certificate TO xueji_app
GRANT UPDATE (size) ON enrolment_plan TO xueji_app	GRANT UPDATE (size) ON enrolment_plan TO xueji_app
GRANT UPDATE (size) ON enrolment_plan TO xueji_worker	GRANT UPDATE (size) ON enrolment_plan TO xueji_worker
GRANT UPDATE (stages) ON organisation TO xueji_app	GRANT UPDATE (stages) ON organisation TO xueji_app
GRANT UPDATE (state) ON admission TO xueji_worker	GRANT UPDATE (state) ON admission TO xueji_worker
GRANT UPDATE (state) ON certificate TO xueji_app	GRANT UPDATE (state) ON certificate TO xueji_app
GRANT UPDATE (state) ON certificate TO xueji_worker	GRANT UPDATE (state) ON certificate TO xueji_worker
GRANT UPDATE (state) ON job TO xueji_worker	GRANT UPDATE (state) ON job TO xueji_worker
GRANT UPDATE (state) ON roster TO xueji_app	GRANT UPDATE (state) ON roster TO xueji_app
GRANT UPDATE (stayed) ON year_turn_part TO xueji_worker	GRANT UPDATE (stayed) ON year_turn_part TO xueji_worker
GRANT UPDATE (struck_at) ON change_line TO xueji_worker	GRANT UPDATE (struck_at) ON change_line TO xueji_worker
GRANT UPDATE (struck_at) ON departure TO xueji_worker	GRANT UPDATE (struck_at) ON departure TO xueji_worker
GRANT UPDATE (struck_at) ON graduation_line TO xueji_worker	GRANT UPDATE (struck_at) ON graduation_line TO xueji_worker
GRANT UPDATE (struck_at) ON student_history TO xueji_worker	GRANT UPDATE (struck_at) ON student_history TO xueji_worker
GRANT UPDATE (struck_by) ON change_line TO xueji_worker	GRANT UPDATE (struck_by) ON change_line TO xueji_worker
GRANT UPDATE (struck_by) ON departure TO xueji_worker	GRANT UPDATE (struck_by) ON departure TO xueji_worker
GRANT UPDATE (struck_by) ON graduation_line TO xueji_worker	GRANT UPDATE (struck_by) ON graduation_line TO xueji_worker
GRANT UPDATE (struck_by) ON student_history TO xueji_worker	GRANT UPDATE (struck_by) ON student_history TO xueji_worker
GRANT UPDATE (struck_job) ON student_history TO xueji_worker	GRANT UPDATE (struck_job) ON student_history TO xueji_worker
GRANT UPDATE (student_id) ON received_child TO xueji_app	GRANT UPDATE (student_id) ON received_child TO xueji_app
GRANT UPDATE (study_mode) ON student TO xueji_app	GRANT UPDATE (study_mode) ON student TO xueji_app
GRANT UPDATE (tell) ON admission TO xueji_worker	GRANT UPDATE (tell) ON admission TO xueji_worker
GRANT UPDATE (template_version) ON roster TO xueji_app	GRANT UPDATE (template_version) ON roster TO xueji_app
GRANT UPDATE (took) ON job_part TO xueji_worker	GRANT UPDATE (took) ON job_part TO xueji_worker
GRANT UPDATE (undone_at) ON graduation_line TO xueji_worker	GRANT UPDATE (undone_at) ON graduation_line TO xueji_worker
GRANT UPDATE (undone_at) ON year_turn TO xueji_worker	GRANT UPDATE (undone_at) ON year_turn TO xueji_worker
GRANT UPDATE (undone_by) ON graduation_line TO xueji_worker	GRANT UPDATE (undone_by) ON graduation_line TO xueji_worker
GRANT UPDATE (until_at) ON webhook_secret TO xueji_app	GRANT UPDATE (until_at) ON webhook_secret TO xueji_app
GRANT UPDATE (updated_at) ON student TO xueji_app	GRANT UPDATE (updated_at) ON student TO xueji_app
GRANT UPDATE (url) ON webhook_endpoint TO xueji_app	GRANT UPDATE (url) ON webhook_endpoint TO xueji_app
GRANT UPDATE (used) ON enrolment_plan TO xueji_worker	GRANT UPDATE (used) ON enrolment_plan TO xueji_worker
GRANT UPDATE (verdict) ON change_line TO xueji_worker	GRANT UPDATE (verdict) ON change_line TO xueji_worker
GRANT UPDATE (verdict) ON graduation_line TO xueji_worker	GRANT UPDATE (verdict) ON graduation_line TO xueji_worker
GRANT UPDATE (verdict) ON placing_line TO xueji_worker	GRANT UPDATE (verdict) ON placing_line TO xueji_worker
GRANT UPDATE (verdict) ON roster_row TO xueji_app	GRANT UPDATE (verdict) ON roster_row TO xueji_app
GRANT UPDATE (version) ON account TO xueji_app	GRANT UPDATE (version) ON account TO xueji_app
GRANT UPDATE (version) ON account TO xueji_worker	GRANT UPDATE (version) ON account TO xueji_worker
GRANT UPDATE (version) ON enrolment_plan TO xueji_app	GRANT UPDATE (version) ON enrolment_plan TO xueji_app
GRANT UPDATE (version) ON enrolment_plan TO xueji_worker	GRANT UPDATE (version) ON enrolment_plan TO xueji_worker
GRANT UPDATE (version) ON filing_draft TO xueji_app	GRANT UPDATE (version) ON filing_draft TO xueji_app
GRANT UPDATE (version) ON handover TO xueji_app	GRANT UPDATE (version) ON handover TO xueji_app
GRANT UPDATE (version) ON job TO xueji_worker	GRANT UPDATE (version) ON job TO xueji_worker
GRANT UPDATE (version) ON organisation TO xueji_app	GRANT UPDATE (version) ON organisation TO xueji_app
GRANT UPDATE (version) ON organisation TO xueji_worker	GRANT UPDATE (version) ON organisation TO xueji_worker
GRANT UPDATE (version) ON punishment TO xueji_app	GRANT UPDATE (version) ON punishment TO xueji_app
GRANT UPDATE (version) ON roster TO xueji_app	GRANT UPDATE (version) ON roster TO xueji_app
GRANT UPDATE (version) ON school_class TO xueji_app	GRANT UPDATE (version) ON school_class TO xueji_app
GRANT UPDATE (version) ON school_grade TO xueji_worker	GRANT UPDATE (version) ON school_grade TO xueji_worker
GRANT UPDATE (version) ON school_year TO xueji_app	GRANT UPDATE (version) ON school_year TO xueji_app
GRANT UPDATE (version) ON student TO xueji_app	GRANT UPDATE (version) ON student TO xueji_app
GRANT UPDATE (version) ON webhook_endpoint TO xueji_app	GRANT UPDATE (version) ON webhook_endpoint TO xueji_app
GRANT UPDATE (waits) ON admission TO xueji_worker	GRANT UPDATE (waits) ON admission TO xueji_worker
GRANT UPDATE (years) ON schooling_length TO xueji_worker	GRANT UPDATE (years) ON schooling_length TO xueji_worker
GRANT EXECUTE ON FUNCTION account_holds(holder uuid, office uuid, needed text) TO xueji_app	GRANT EXECUTE ON FUNCTION account_holds(holder uuid, office uuid, needed text) TO xueji_app
GRANT EXECUTE ON FUNCTION account_holds(holder uuid, office uuid, needed text) TO xueji_worker	GRANT EXECUTE ON FUNCTION account_holds(holder uuid, office uuid, needed text) TO xueji_worker
GRANT EXECUTE ON FUNCTION account_label(holder uuid, OUT name text, OUT office text) TO xueji_app	GRANT EXECUTE ON FUNCTION account_label(holder uuid, OUT name text, OUT office text) TO xueji_app
GRANT EXECUTE ON FUNCTION account_label(holder uuid, OUT name text, OUT office text) TO xueji_worker	GRANT EXECUTE ON FUNCTION account_label(holder uuid, OUT name text, OUT office text) TO xueji_worker
GRANT EXECUTE ON FUNCTION acting_account() TO PUBLIC	GRANT EXECUTE ON FUNCTION acting_account() TO PUBLIC
GRANT EXECUTE ON FUNCTION acts_for(actor uuid, office uuid, needed text, at timestamp with time zone) TO xueji_app	GRANT EXECUTE ON FUNCTION acts_for(actor uuid, office uuid, needed text, at timestamp with time zone) TO xueji_app
GRANT EXECUTE ON FUNCTION acts_for(actor uuid, office uuid, needed text, at timestamp with time zone) TO xueji_worker	GRANT EXECUTE ON FUNCTION acts_for(actor uuid, office uuid, needed text, at timestamp with time zone) TO xueji_worker
GRANT EXECUTE ON FUNCTION admission_dispute(of_student uuid, for_school uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION admission_dispute(of_student uuid, for_school uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION approved_elsewhere(of_change uuid, who uuid, at_step integer) TO xueji_app	GRANT EXECUTE ON FUNCTION approved_elsewhere(of_change uuid, who uuid, at_step integer) TO xueji_app
GRANT EXECUTE ON FUNCTION approved_elsewhere(of_change uuid, who uuid, at_step integer) TO xueji_worker	GRANT EXECUTE ON FUNCTION approved_elsewhere(of_change uuid, who uuid, at_step integer) TO xueji_worker
GRANT EXECUTE ON FUNCTION arrived_after(pupil uuid, day date) TO xueji_app	GRANT EXECUTE ON FUNCTION arrived_after(pupil uuid, day date) TO xueji_app
GRANT EXECUTE ON FUNCTION arrived_after(pupil uuid, day date) TO xueji_worker	GRANT EXECUTE ON FUNCTION arrived_after(pupil uuid, day date) TO xueji_worker
GRANT EXECUTE ON FUNCTION attention_counts(asked_at timestamp with time zone) TO xueji_app	GRANT EXECUTE ON FUNCTION attention_counts(asked_at timestamp with time zone) TO xueji_app
GRANT EXECUTE ON FUNCTION attention_counts(asked_at timestamp with time zone) TO xueji_worker	GRANT EXECUTE ON FUNCTION attention_counts(asked_at timestamp with time zone) TO xueji_worker
GRANT EXECUTE ON FUNCTION attention_of(asked_at timestamp with time zone) TO xueji_app	GRANT EXECUTE ON FUNCTION attention_of(asked_at timestamp with time zone) TO xueji_app
GRANT EXECUTE ON FUNCTION attention_of(asked_at timestamp with time zone) TO xueji_worker	GRANT EXECUTE ON FUNCTION attention_of(asked_at timestamp with time zone) TO xueji_worker
GRANT EXECUTE ON FUNCTION attention_page(asked_at timestamp with time zone, only_reason text, after_rank integer, after_since timestamp with time zone, after_id uuid, most integer) TO xueji_app	GRANT EXECUTE ON FUNCTION attention_page(asked_at timestamp with time zone, only_reason text, after_rank integer, after_since timestamp with time zone, after_id uuid, most integer) TO xueji_app
GRANT EXECUTE ON FUNCTION attention_page(asked_at timestamp with time zone, only_reason text, after_rank integer, after_since timestamp with time zone, after_id uuid, most integer) TO xueji_worker	GRANT EXECUTE ON FUNCTION attention_page(asked_at timestamp with time zone, only_reason text, after_rank integer, after_since timestamp with time zone, after_id uuid, most integer) TO xueji_worker
GRANT EXECUTE ON FUNCTION attention_standing(after uuid, most integer) TO xueji_app	GRANT EXECUTE ON FUNCTION attention_standing(after uuid, most integer) TO xueji_app
GRANT EXECUTE ON FUNCTION attention_standing(after uuid, most integer) TO xueji_worker	GRANT EXECUTE ON FUNCTION attention_standing(after uuid, most integer) TO xueji_worker
GRANT EXECUTE ON FUNCTION blanks_overlap(of_province text, of_prefix text, of_width integer, of_first bigint, of_last bigint) TO xueji_app	GRANT EXECUTE ON FUNCTION blanks_overlap(of_province text, of_prefix text, of_width integer, of_first bigint, of_last bigint) TO xueji_app
GRANT EXECUTE ON FUNCTION change_class(of_change uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION change_class(of_change uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION change_class(of_change uuid) TO xueji_worker	GRANT EXECUTE ON FUNCTION change_class(of_change uuid) TO xueji_worker
GRANT EXECUTE ON FUNCTION change_sides(of_change uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION change_sides(of_change uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION change_sides(of_change uuid) TO xueji_worker	GRANT EXECUTE ON FUNCTION change_sides(of_change uuid) TO xueji_worker
GRANT EXECUTE ON FUNCTION claim_on(student uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION claim_on(student uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION claim_on(student uuid) TO xueji_worker	GRANT EXECUTE ON FUNCTION claim_on(student uuid) TO xueji_worker
GRANT EXECUTE ON FUNCTION filed_here(change_id uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION filed_here(change_id uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION fill_name_key() TO PUBLIC	GRANT EXECUTE ON FUNCTION fill_name_key() TO PUBLIC
GRANT EXECUTE ON FUNCTION graduated_on(pupil uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION graduated_on(pupil uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION graduated_on(pupil uuid) TO xueji_worker	GRANT EXECUTE ON FUNCTION graduated_on(pupil uuid) TO xueji_worker
GRANT EXECUTE ON FUNCTION graduates_named(named jsonb, for_school uuid, for_year integer) TO xueji_app	GRANT EXECUTE ON FUNCTION graduates_named(named jsonb, for_school uuid, for_year integer) TO xueji_app
GRANT EXECUTE ON FUNCTION graduation_lines_held(of_change uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION graduation_lines_held(of_change uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION history_names(of_student uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION history_names(of_student uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION identities_registered(hashes bytea[]) TO xueji_app	GRANT EXECUTE ON FUNCTION identities_registered(hashes bytea[]) TO xueji_app
GRANT EXECUTE ON FUNCTION identities_registered(hashes bytea[]) TO xueji_worker	GRANT EXECUTE ON FUNCTION identities_registered(hashes bytea[]) TO xueji_worker
GRANT EXECUTE ON FUNCTION identity_taken(own_student uuid, own_change uuid, hashes bytea[]) TO xueji_app	GRANT EXECUTE ON FUNCTION identity_taken(own_student uuid, own_change uuid, hashes bytea[]) TO xueji_app
GRANT EXECUTE ON FUNCTION identity_taken(own_student uuid, own_change uuid, hashes bytea[]) TO xueji_worker	GRANT EXECUTE ON FUNCTION identity_taken(own_student uuid, own_change uuid, hashes bytea[]) TO xueji_worker
GRANT EXECUTE ON FUNCTION left_for_mismatch(pupil uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION left_for_mismatch(pupil uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION left_for_mismatch(pupil uuid) TO xueji_worker	GRANT EXECUTE ON FUNCTION left_for_mismatch(pupil uuid) TO xueji_worker
GRANT EXECUTE ON FUNCTION lines_held(of_change uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION lines_held(of_change uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION login_account(a_login text) TO xueji_app	GRANT EXECUTE ON FUNCTION login_account(a_login text) TO xueji_app
GRANT EXECUTE ON FUNCTION login_begin(a_login text, a_network text, a_now timestamp with time zone, a_day date, a_known interval) TO xueji_app	GRANT EXECUTE ON FUNCTION login_begin(a_login text, a_network text, a_now timestamp with time zone, a_day date, a_known interval) TO xueji_app
GRANT EXECUTE ON FUNCTION login_failure(a_login text, a_network text, a_now timestamp with time zone, a_known interval, a_limit integer, a_limit_elsewhere integer, a_locked_until timestamp with time zone) TO xueji_app	GRANT EXECUTE ON FUNCTION login_failure(a_login text, a_network text, a_now timestamp with time zone, a_known interval, a_limit integer, a_limit_elsewhere integer, a_locked_until timestamp with time zone) TO xueji_app
GRANT EXECUTE ON FUNCTION login_locked_until(a_account uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION login_locked_until(a_account uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION login_seal(a_account uuid, a_now timestamp with time zone) TO xueji_app	GRANT EXECUTE ON FUNCTION login_seal(a_account uuid, a_now timestamp with time zone) TO xueji_app
GRANT EXECUTE ON FUNCTION login_success(a_account uuid, a_network text, a_session uuid, a_token_hash bytea, a_now timestamp with time zone, a_expires timestamp with time zone) TO xueji_app	GRANT EXECUTE ON FUNCTION login_success(a_account uuid, a_network text, a_session uuid, a_token_hash bytea, a_now timestamp with time zone, a_expires timestamp with time zone) TO xueji_app
GRANT EXECUTE ON FUNCTION login_sweep(a_before timestamp with time zone) TO xueji_worker	GRANT EXECUTE ON FUNCTION login_sweep(a_before timestamp with time zone) TO xueji_worker
GRANT EXECUTE ON FUNCTION login_unlock(a_account uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION login_unlock(a_account uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION name_grams(name text) TO PUBLIC	GRANT EXECUTE ON FUNCTION name_grams(name text) TO PUBLIC
GRANT EXECUTE ON FUNCTION office_can_act(office uuid, needed text, except_account uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION office_can_act(office uuid, needed text, except_account uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION office_can_act(office uuid, needed text, except_account uuid) TO xueji_worker	GRANT EXECUTE ON FUNCTION office_can_act(office uuid, needed text, except_account uuid) TO xueji_worker
GRANT EXECUTE ON FUNCTION office_holders(office uuid, needed text) TO xueji_app	GRANT EXECUTE ON FUNCTION office_holders(office uuid, needed text) TO xueji_app
GRANT EXECUTE ON FUNCTION office_holders(office uuid, needed text) TO xueji_worker	GRANT EXECUTE ON FUNCTION office_holders(office uuid, needed text) TO xueji_worker
GRANT EXECUTE ON FUNCTION office_stands(office uuid, seen_path ltree) TO xueji_app	GRANT EXECUTE ON FUNCTION office_stands(office uuid, seen_path ltree) TO xueji_app
GRANT EXECUTE ON FUNCTION own_passwords(a_count integer) TO xueji_app	GRANT EXECUTE ON FUNCTION own_passwords(a_count integer) TO xueji_app
GRANT EXECUTE ON FUNCTION papers_elsewhere(of_change uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION papers_elsewhere(of_change uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION placing_held(of_change uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION placing_held(of_change uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION policy_author(of_province text, of_version integer) TO xueji_app	GRANT EXECUTE ON FUNCTION policy_author(of_province text, of_version integer) TO xueji_app
GRANT EXECUTE ON FUNCTION policy_use(of_province text) TO xueji_app	GRANT EXECUTE ON FUNCTION policy_use(of_province text) TO xueji_app
GRANT EXECUTE ON FUNCTION problem_other(of_problem uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION problem_other(of_problem uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION problem_other(of_problem uuid) TO xueji_worker	GRANT EXECUTE ON FUNCTION problem_other(of_problem uuid) TO xueji_worker
GRANT EXECUTE ON FUNCTION problem_passed_there(of_problem uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION problem_passed_there(of_problem uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION problem_passed_there(of_problem uuid) TO xueji_worker	GRANT EXECUTE ON FUNCTION problem_passed_there(of_problem uuid) TO xueji_worker
GRANT EXECUTE ON FUNCTION queue_webhooks() TO PUBLIC	GRANT EXECUTE ON FUNCTION queue_webhooks() TO PUBLIC
GRANT EXECUTE ON FUNCTION reassign_organisation(office uuid, seen_version bigint, new_parent uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION reassign_organisation(office uuid, seen_version bigint, new_parent uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION refuse_rewrite() TO PUBLIC	GRANT EXECUTE ON FUNCTION refuse_rewrite() TO PUBLIC
GRANT EXECUTE ON FUNCTION rekey_document(of_student uuid, key bytea) TO xueji_app	GRANT EXECUTE ON FUNCTION rekey_document(of_student uuid, key bytea) TO xueji_app
GRANT EXECUTE ON FUNCTION rekey_document(of_student uuid, key bytea) TO xueji_worker	GRANT EXECUTE ON FUNCTION rekey_document(of_student uuid, key bytea) TO xueji_worker
GRANT EXECUTE ON FUNCTION ring_offices() TO PUBLIC	GRANT EXECUTE ON FUNCTION ring_offices() TO PUBLIC
GRANT EXECUTE ON FUNCTION ring_session() TO PUBLIC	GRANT EXECUTE ON FUNCTION ring_session() TO PUBLIC
GRANT EXECUTE ON FUNCTION scope() TO PUBLIC	GRANT EXECUTE ON FUNCTION scope() TO PUBLIC
GRANT EXECUTE ON FUNCTION session_principal(a_token_hash bytea, a_now timestamp with time zone, a_idle interval, a_day date) TO xueji_app	GRANT EXECUTE ON FUNCTION session_principal(a_token_hash bytea, a_now timestamp with time zone, a_idle interval, a_day date) TO xueji_app
GRANT EXECUTE ON FUNCTION signed_here(of_task uuid, who uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION signed_here(of_task uuid, who uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION signed_here(of_task uuid, who uuid) TO xueji_worker	GRANT EXECUTE ON FUNCTION signed_here(of_task uuid, who uuid) TO xueji_worker
GRANT EXECUTE ON FUNCTION slot_beside(slot_key text) TO xueji_app	GRANT EXECUTE ON FUNCTION slot_beside(slot_key text) TO xueji_app
GRANT EXECUTE ON FUNCTION slot_holder(slot_key text, OUT change_id uuid, OUT visible boolean) TO xueji_app	GRANT EXECUTE ON FUNCTION slot_holder(slot_key text, OUT change_id uuid, OUT visible boolean) TO xueji_app
GRANT EXECUTE ON FUNCTION slot_holder(slot_key text, OUT change_id uuid, OUT visible boolean) TO xueji_worker	GRANT EXECUTE ON FUNCTION slot_holder(slot_key text, OUT change_id uuid, OUT visible boolean) TO xueji_worker
GRANT EXECUTE ON FUNCTION slot_kind(slot_key text) TO xueji_app	GRANT EXECUTE ON FUNCTION slot_kind(slot_key text) TO xueji_app
GRANT EXECUTE ON FUNCTION slot_kind(slot_key text) TO xueji_worker	GRANT EXECUTE ON FUNCTION slot_kind(slot_key text) TO xueji_worker
GRANT EXECUTE ON FUNCTION slot_waits(slot_key text) TO xueji_app	GRANT EXECUTE ON FUNCTION slot_waits(slot_key text) TO xueji_app
GRANT EXECUTE ON FUNCTION slot_waits(slot_key text) TO xueji_worker	GRANT EXECUTE ON FUNCTION slot_waits(slot_key text) TO xueji_worker
GRANT EXECUTE ON FUNCTION slots_held(keys text[]) TO xueji_app	GRANT EXECUTE ON FUNCTION slots_held(keys text[]) TO xueji_app
GRANT EXECUTE ON FUNCTION stage_years(of_school uuid, of_stage text, in_year integer, otherwise integer) TO xueji_app	GRANT EXECUTE ON FUNCTION stage_years(of_school uuid, of_stage text, in_year integer, otherwise integer) TO xueji_app
GRANT EXECUTE ON FUNCTION stage_years(of_school uuid, of_stage text, in_year integer, otherwise integer) TO xueji_worker	GRANT EXECUTE ON FUNCTION stage_years(of_school uuid, of_stage text, in_year integer, otherwise integer) TO xueji_worker
GRANT EXECUTE ON FUNCTION steps_done(a_office uuid, a_since timestamp with time zone) TO xueji_app	GRANT EXECUTE ON FUNCTION steps_done(a_office uuid, a_since timestamp with time zone) TO xueji_app
GRANT EXECUTE ON FUNCTION struck_by_case(correction uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION struck_by_case(correction uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION struck_by_case(correction uuid) TO xueji_worker	GRANT EXECUTE ON FUNCTION struck_by_case(correction uuid) TO xueji_worker
GRANT EXECUTE ON FUNCTION student_of_redo(ended uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION student_of_redo(ended uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION student_of_redo(ended uuid) TO xueji_worker	GRANT EXECUTE ON FUNCTION student_of_redo(ended uuid) TO xueji_worker
GRANT EXECUTE ON FUNCTION student_to_receive(name_keys text[], a_number_hash bytea, id_hashes bytea[]) TO xueji_app	GRANT EXECUTE ON FUNCTION student_to_receive(name_keys text[], a_number_hash bytea, id_hashes bytea[]) TO xueji_app
GRANT EXECUTE ON FUNCTION student_to_receive(name_keys text[], a_number_hash bytea, id_hashes bytea[]) TO xueji_worker	GRANT EXECUTE ON FUNCTION student_to_receive(name_keys text[], a_number_hash bytea, id_hashes bytea[]) TO xueji_worker
GRANT EXECUTE ON FUNCTION students_named(piece text, school uuid, class uuid, states text[], of_stage text, after uuid, most integer) TO xueji_app	GRANT EXECUTE ON FUNCTION students_named(piece text, school uuid, class uuid, states text[], of_stage text, after uuid, most integer) TO xueji_app
GRANT EXECUTE ON FUNCTION submitted(of_change uuid, who uuid) TO xueji_app	GRANT EXECUTE ON FUNCTION submitted(of_change uuid, who uuid) TO xueji_app
GRANT EXECUTE ON FUNCTION submitted(of_change uuid, who uuid) TO xueji_worker	GRANT EXECUTE ON FUNCTION submitted(of_change uuid, who uuid) TO xueji_worker
GRANT EXECUTE ON FUNCTION task_able(of_task uuid, at timestamp with time zone) TO xueji_app	GRANT EXECUTE ON FUNCTION task_able(of_task uuid, at timestamp with time zone) TO xueji_app
GRANT EXECUTE ON FUNCTION task_able(of_task uuid, at timestamp with time zone) TO xueji_worker	GRANT EXECUTE ON FUNCTION task_able(of_task uuid, at timestamp with time zone) TO xueji_worker
GRANT EXECUTE ON FUNCTION workday_author(of_version integer) TO xueji_app	GRANT EXECUTE ON FUNCTION workday_author(of_version integer) TO xueji_app
GRANT EXECUTE ON FUNCTION workday_author(of_version integer) TO xueji_worker	GRANT EXECUTE ON FUNCTION workday_author(of_version integer) TO xueji_worker
GRANT EXECUTE ON FUNCTION worker_beat_seen() TO PUBLIC	GRANT EXECUTE ON FUNCTION worker_beat_seen() TO PUBLIC
